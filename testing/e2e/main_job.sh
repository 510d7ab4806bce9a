#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The main job: this machine's real software travels to the manager, and questions about it are
# answered as dpkg would answer them.
# also sanitized
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

ok 'the manager accepts its configuration' stanced -t -f "$D/stance.conf"
"$lab" start "$D" || exit 1

status 'nobody is there yet' 1 stancectl endpoints
ok 'one assessment' stance-agent --once

installed=$(dpkg-query -W -f='${db:Status-Status}\n' | grep -c '^installed')
same 'one endpoint' 1 "$(stancectl --json endpoints | json 'len(d)')"
same 'software_count is what dpkg counts' "$installed" \
    "$(stancectl --json endpoints | json "d[0]['software_count']")"
for key in name identity platform first_seen last_contact complete_through; do
    ok "the endpoint has a $key" test -n "$(stancectl --json endpoints | json "d[0]['$key'] or ''")"
done
endpoint=$(stancectl --json endpoints | json "d[0]['name']")

dpkg_of() { dpkg-query -W -f='${db:Status-Status} ${Package} ${Version}\n' "$1" 2>/dev/null |
    sed -n 's/^installed //p' | LC_ALL=C sort; }
stance_of() { stancectl --json software "$1" --endpoints |
    json "'\n'.join(r['name'] + ' ' + r['version'] for r in d)" | LC_ALL=C sort; }
for pattern in openssl 'openssl*' 'lib*' bash; do
    same "software $pattern agrees with dpkg-query" "$(dpkg_of "$pattern")" \
        "$(stance_of "$pattern")"
done
same 'who has openssl' "['$endpoint']" \
    "$(stancectl --json software openssl --endpoints | json "d[0]['endpoints']")"
same 'how many have openssl' 1 "$(stancectl --json software openssl | json "d[0]['endpoints']")"
same 'all of it' "$installed" \
    "$(stancectl --json endpoint "$endpoint" software | json 'len(d)')"
status 'a package that is not there' 1 stancectl software no-such-package-anywhere
status 'an endpoint that is not there' 1 stancectl endpoint nobody.invalid
status 'an unknown command' 2 stancectl frobnicate
ok 'facts' test "$(stancectl --json endpoint "$endpoint" facts | json 'len(d)')" -gt 5
ok 'results' stancectl endpoint "$endpoint" results

note 'again, with nothing changed'
sets() { sqlite3 "$D"/manager/*.db 'select count(*) from sets' 2>/dev/null || echo none; }
before=$(sets)
ok 'a second assessment' stance-agent --once
same 'an unchanged endpoint stores no new inventory' "$before" "$(sets)"

note 'restart'
first=$(stancectl --json software '*' | md5sum)
ok 'the manager stops' "$lab" stop "$D"
status 'nobody answers now' 4 stancectl endpoints
ok 'the manager starts' "$lab" start "$D"
same 'and knows what it knew' "$first" "$(stancectl --json software '*' | md5sum)"
done_testing
