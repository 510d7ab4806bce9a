#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Versions, moments on both clocks, windows of exposure, and groups of endpoints, as an
# administrator asks for them.
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

root=$D/root
mkdir -p "$root/etc" "$root/proc" "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates"
cp /etc/os-release "$root/etc/os-release"
echo "root = \"$root\"" >"$D/imc-swima.conf"

# installed NAME VERSION...: these packages, and no others.
installed() {
    while [ $# -gt 0 ]; do
        printf 'Package: %s\nStatus: install ok installed\nVersion: %s\nArchitecture: all\n\n' \
            "$1" "$2"
        shift 2
    done >"$root/var/lib/dpkg/status.new"
    mv "$root/var/lib/dpkg/status.new" "$root/var/lib/dpkg/status"
}
now() { date -u +%Y-%m-%dT%H:%M:%S.%6NZ; }
# versions ARGUMENT...: what `software` finds.
versions() {
    stancectl --json software "$@" 2>/dev/null |
        json "' '.join(sorted(r['name'] + '=' + r['version'] for r in d))"
}

installed openssl '3.0.15-1~deb12u1' bash 5.2 tool 1.10~rc1
"$lab" start "$D" || exit 1
t0=$(now)
ok 'first assessment' stance-agent --once
endpoint=$(stancectl --json endpoints | json "d[0]['name']")
t1=$(now)

note 'ranges of versions, by the order of dpkg'
same 'before' 'openssl=3.0.15-1~deb12u1' "$(versions 'openssl < 3.0.16-1~deb12u1')"
same 'an option says the same' 'openssl=3.0.15-1~deb12u1' \
    "$(versions openssl --version '<3.0.16-1~deb12u1')"
same 'this one, without a space' 'openssl=3.0.15-1~deb12u1' \
    "$(versions openssl=3.0.15-1~deb12u1)"
status 'not before' 1 stancectl software 'openssl < 3.0.15-1~deb12u1'
same 'between, by a glob' 'bash=5.2 openssl=3.0.15-1~deb12u1' "$(versions '* > 2, < 6')"
same 'what is to come sorts before' 'tool=1.10~rc1' "$(versions 'tool > 1.9, < 1.10')"
status 'who lacks it' 0 stancectl lacking 'openssl >= 3.0.16-1~deb12u1'
status 'and who does not' 1 stancectl lacking 'openssl <= 3.0.15-1~deb12u1'
status 'no range' 2 stancectl software 'openssl << 3'
status 'of nothing' 2 stancectl software '< 3'
ok 'stancectl has a version too' sh -c 'stancectl --version | grep -q stancectl'

note 'two clocks'
sleep 1 # an endpoint tells when in whole seconds
installed openssl '3.0.16-1~deb12u1' bash 5.2
sleep 2
t2=$(now)
ok 'told later' stance-agent --once
t3=$(now)
same 'by what is known now' 'openssl=3.0.16-1~deb12u1' "$(versions openssl --known-at "$t3")"
same 'as of before' 'openssl=3.0.15-1~deb12u1' "$(versions openssl --as-of "$t1")"
same 'what was known before it was told' 'openssl=3.0.15-1~deb12u1' \
    "$(versions openssl --known-at "$t2")"
same 'what was known then of before' 'openssl=3.0.15-1~deb12u1' \
    "$(versions openssl --as-of "$t1" --known-at "$t3")"
same 'each event has both' True "$(stancectl --json endpoint "$endpoint" events |
    json "len(d) == 3 and all(e['happened_at'] and e['time'] for e in d)")"
status 'a range of then' 0 stancectl software 'openssl < 3.0.16-1~deb12u1' --as-of "$t1"
status 'and of now' 1 stancectl software 'openssl < 3.0.16-1~deb12u1'

note 'windows of exposure'
installed openssl '3.0.15-1~deb12u1' bash 5.2
ok 'a step back' stance-agent --once
exposure() { stancectl --json exposure "$@" 2>/dev/null; }
same 'twice, and once the other' '2 1' "$(exposure openssl | json \
    "'%d %d' % tuple(sum(r['version'] == v for r in d)
      for v in ('3.0.15-1~deb12u1', '3.0.16-1~deb12u1'))" 2>/dev/null)"
same 'the last one is open' 'True False' "$(exposure 'openssl < 3.0.16' |
    json "d[1]['until'] is None, d[1]['earlier']" | tr -d '(),')"
same 'the first one was there before' True \
    "$(exposure 'openssl < 3.0.16' | json "d[0]['earlier']")"
same 'until the other came' True "$(exposure openssl |
    json "d[0]['until'] <= [r for r in d if '16' in r['version']][0]['since']")"
same 'who was exposed until then' 1 "$(exposure 'openssl < 3.0.16' --to "$t1" | json 'len(d)')"
same 'and before that nobody' 0 "$(exposure openssl --to "$t0" | json 'len(d)')"
same 'as far as was known' 1 "$(exposure openssl --known-at "$t2" | json 'len(d)')"
status 'nobody ever' 1 stancectl exposure no-such-thing
status 'no such time' 2 stancectl exposure bash --from "$t2" --to "$t1"
ok 'as CSV' sh -c "stancectl exposure openssl --csv | grep -c deb12u1 | grep -qx 3"

note 'between two inventories that nobody told the time between'
t4=$(now)
rm -f "$D"/agent/imc-swima.db*
installed openssl '3.0.17-1~deb12u1' bash 5.2
sleep 1
t5=$(now)
ok 'an inventory shows it' stance-agent --once
t6=$(now)
same 'the answer is what was known before' 'openssl=3.0.15-1~deb12u1' \
    "$(versions openssl --as-of "$t5")"
same 'and known up to then' True \
    "$(stancectl --json software openssl --as-of "$t5" | json "d[0]['complete_through'] < '$t4'")"
same 'but what stayed is known' True \
    "$(stancectl --json software bash --as-of "$t5" | json "d[0]['complete_through'] > '$t5'")"
same 'so it is of the endpoint' True "$(stancectl --json endpoint "$endpoint" --as-of "$t5" |
    json "d['complete_through'] < '$t4'")"
same 'and afterwards all is known' True \
    "$(stancectl --json software openssl --as-of "$t6" | json "'$t5' < d[0]['complete_through'] < '$t6'")"
same 'a window that began some time between' True "$(exposure 'openssl >= 3.0.17' |
    json "d[0]['since_after'] < '$t4' < '$t5' < d[0]['since']")"
same 'who may have had it then is listed' 1 \
    "$(exposure 'openssl >= 3.0.17' --from "$t5" --to "$t5" | json 'len(d)')"
same 'a table says so' 2 "$(stancectl exposure openssl 2>/dev/null | grep -c '~2')"

note 'groups'
status 'there are none' 1 stancectl groups
status 'so nobody can be meant' 2 stancectl endpoints --group all
printf 'group all { endpoints = {"*"} }\ngroup "none" { platform = "Plan 9*" }\n' >>"$D/stance.conf"
ok 'stanced -t takes them' stanced -t -f "$D/stance.conf"
kill -HUP "$(manager_pid)"
logged 'they are read' 'configuration reloaded'
same 'who belongs to them' 'all=1 none=0' \
    "$(stancectl --json groups | json "' '.join('%s=%d' % (g['name'], g['endpoints']) for g in d)")"
same 'endpoints of one' "$endpoint" \
    "$(stancectl --json endpoints --group all | json "d[0]['name']")"
status 'of the other' 1 stancectl endpoints --group none
status 'software of one' 0 stancectl software bash --group all
status 'of the other' 1 stancectl software bash --group none
status 'by platform' 0 stancectl software bash --platform '*'
status 'changes' 1 stancectl changes --group none
status 'exposure' 1 stancectl exposure bash --group none
echo 'group bad { nonsense = 1 }' >>"$D/stance.conf"
status 'a key that is unknown is refused' 2 stanced -t -f "$D/stance.conf"
sed -i '$d' "$D/stance.conf"
echo 'group empty { }' >>"$D/stance.conf"
ok 'and so is a group of nothing, with its line' sh -c \
    "stanced -t -f '$D/stance.conf' 2>&1 | grep -q 'stance.conf:$(wc -l <"$D/stance.conf"):.*empty'"
sed -i '$d' "$D/stance.conf"
done_testing
