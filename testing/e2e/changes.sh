#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Software comes and goes on an endpoint (a dpkg database of its own): the changes, exactly
# these, and the past as it was.
# also sanitized
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=testing/e2e/endpoint.sh
. "$top/testing/e2e/endpoint.sh"

# What `changes` says about software after the moment $1: "action name version" lines.
changes() {
    stancectl --json changes --since "$1" |
        json "'\n'.join(' '.join((c['change'], c['name'], c['version'])) for c in d
              if c['change'].startswith('software-'))" | LC_ALL=C sort
}
names() { stancectl --json endpoint "$endpoint" software |
    json "' '.join(sorted(r['name'] + '=' + r['version'] for r in d))"; }
now() { date -u +%Y-%m-%dT%H:%M:%S.%6NZ; }

package alpha 1.0
package beta 2.0-1
"$lab" start "$D" || exit 1
ok 'first assessment' stance-agent --once
endpoint=$(stancectl --json endpoints | json "d[0]['name']")
same 'two packages' 'alpha=1.0 beta=2.0-1' "$(names)"
t1=$(now)

ok 'nothing changed' stance-agent --once
same 'so there are no changes' '' "$(changes "$t1")"

package gamma 3:1.2+b1
private_dpkg --purge beta
package alpha 1.1
sleep 1 # an endpoint tells when in whole seconds
t2=$(now)
ok 'assessed again' stance-agent --once
same 'exactly these changes' "software-added alpha 1.1
software-added gamma 3:1.2+b1
software-removed alpha 1.0
software-removed beta 2.0-1" "$(changes "$t1")"
same 'the present' 'alpha=1.1 gamma=3:1.2+b1' "$(names)"
t3=$(now)

private_dpkg --remove gamma
ok 'and again' stance-agent --once
same 'one removal' 'software-removed gamma 3:1.2+b1' "$(changes "$t3")"

past() { stancectl --json endpoint "$endpoint" software "$@" |
    json "' '.join(sorted(r['name'] + '=' + r['version'] for r in d))"; }
same 'as of before the changes' 'alpha=1.0 beta=2.0-1' "$(past --as-of "$t1")"
same 'what was installed before the second look' 1 \
    "$(stancectl --json software gamma --as-of "$t2" | json 'len(d)')"
same 'as was known then' 'alpha=1.0 beta=2.0-1' "$(past --known-at "$t2")"
same 'as of after it' 'alpha=1.1 gamma=3:1.2+b1' "$(past --as-of "$t3")"
same 'as of now' 'alpha=1.1' "$(past --as-of "$(now)")"
same 'who had beta then' 1 "$(stancectl --json software beta --as-of "$t1" | json 'len(d)')"
status 'nobody has beta now' 1 stancectl software beta
status 'nobody was known long ago' 1 stancectl endpoints --as-of 2001-01-01

note 'the past survives a restart'
"$lab" stop "$D" && "$lab" start "$D"
same 'as of before the changes' 'alpha=1.0 beta=2.0-1' "$(past --as-of "$t1")"
same 'changes' 'software-removed gamma 3:1.2+b1' "$(changes "$t3")"
done_testing
