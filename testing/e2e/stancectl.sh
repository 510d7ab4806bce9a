#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What an administrator sees: the three forms of an answer, terminals, exit codes, many
# questions at once.
# also sanitized
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

root=$D/root
mkdir -p "$root/etc" "$root/proc" "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates"
cp /etc/os-release "$root/etc/os-release"
echo "root = \"$root\"" >"$D/imc-swima.conf"
printf 'group "lab" { endpoints = {"*"} }\n' >>"$D/stance.conf"
# package NAME VERSION
package() {
    printf 'Package: %s\nStatus: install ok installed\nVersion: %s\nArchitecture: all\n\n' \
        "$1" "$2" >>"$root/var/lib/dpkg/status"
}
i=0
while [ $i -lt 300 ]; do
    package "tool-$i" 1.$i
    i=$((i + 1))
done
package a-name-much-longer-than-any-column-of-a-table-should-be 1

status 'no manager' 4 stancectl endpoints
ok 'help needs none' stancectl help software
"$lab" start "$D" || exit 1
status 'nobody is there yet' 1 stancectl endpoints
ok 'one assessment' stance-agent --once
endpoint=$(stancectl --json endpoints | json "d[0]['name']")

note 'three forms, one content'
rows() { python3 -c 'import csv, sys
rows = list(csv.DictReader(sys.stdin))
print(len(rows), sorted(r["name"] + r["version"] for r in rows)[0])'; }
same 'JSON and CSV agree' \
    "$(stancectl software '*' --json | json "len(d), sorted(r['name'] + r['version'] for r in d)[0]" |
        tr -d "(),'")" \
    "$(stancectl software '*' --csv | rows)"
same 'CSV ends lines as RFC 4180 says' 302 "$(stancectl software '*' --csv | grep -c "$(printf '\r')$")"
same 'a table has a head and a line for each' 302 "$(stancectl software '*' | wc -l)"
ok 'nothing is cut in a pipe' sh -c \
    'stancectl software "*" | grep -q "^a-name-much-longer-than-any-column-of-a-table-should-be  1  *1$"'
same 'one object for one endpoint' "$endpoint" \
    "$(stancectl endpoint "$endpoint" --json | json "d['name']")"
same 'null when there is none' None "$(stancectl endpoint nobody --json 2>/dev/null | json d)"
same 'by its identity too' "$endpoint" \
    "$(stancectl endpoint "$(stancectl endpoints --json | json "d[0]['identity']")" --json |
        json "d['name']")"

note 'on a terminal'
# terminal COLUMNS COMMAND: what a person sees, without the bold.
terminal() {
    columns=$1
    shift
    LC_ALL=C.UTF-8 TERM=xterm script -qec "stty cols $columns; $*" /dev/null </dev/null |
        tr -d '\r' | sed 's/\x1b\[[01]m//g'
}
widest() { LC_ALL=C.UTF-8 wc -L; }
for columns in 40 80; do
    ok "a table fits into $columns columns" \
        test "$(terminal $columns stancectl software "'*'" | widest)" -le "$columns"
done
ok 'endpoints say what they are in 80 columns' sh -c "LC_ALL=C.UTF-8 TERM=xterm script -qec \
    'stty cols 80; stancectl endpoints' /dev/null </dev/null | grep -q PLATFORM"
ok 'and says where it was cut' sh -c "LC_ALL=C.UTF-8 TERM=xterm script -qec \
    'stty cols 40; stancectl software a-name\*' /dev/null </dev/null | grep -q '…'"

note 'completion'
# completion WORD...: what bash offers for the last one
completion() {
    bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _stancectl
        echo "${COMPREPLY[@]}"' - "$top/conf/stancectl.bash" stancectl "$@"
}
same 'of a command' lacking "$(completion la)"
same 'of an option' --follow "$(completion changes --fo)"
same 'of a view' "software facts results events" "$(completion endpoint x '')"
same 'of an endpoint' "$endpoint" "$(completion assess '')"
same 'of one to forget' "$endpoint" "$(completion forget '')"
same 'of a time' 'now today yesterday' "$(completion endpoints --known-at '')"
same 'of a group' lab "$(completion endpoints --group '')"

note 'it starts quickly'
if command -v ldd >/dev/null && ! ldd "$(command -v stancectl)" | grep -q asan; then
    same 'without what only the manager needs' 0 \
        "$(ldd "$(command -v stancectl)" | grep -cE 'libstance|libcrypto|libxml2|libicu')"
fi

note 'exit codes'
status 'yes' 0 stancectl software tool-7
status 'no match' 1 stancectl software tool-x
status 'no such endpoint' 1 stancectl endpoint nobody facts
status 'usage' 2 stancectl software
status 'usage' 2 stancectl endpoints --as-of tomorrow
status 'usage' 2 stancectl endpoint "$endpoint" nothing
status 'unreachable' 4 stancectl --socket "$D/none" status
status 'a moment that has not come' 5 stancectl endpoints --as-of 2999-01-01
if [ "$(id -u)" -eq 0 ]; then
    chmod 755 "$D" "$D/run"
    status 'denied' 3 setpriv --reuid 65534 --regid 65534 --clear-groups \
        "$STANCE_PREFIX/bin/stancectl" status
    chmod 700 "$D"
fi

note 'what happened'
same 'the endpoint came' 1 "$(stancectl changes --kind endpoints --json | json 'len(d)')"
same 'its first inventory is one change' "['inventory']" \
    "$(stancectl changes --kind software --json | json "[c['change'] for c in d]")"
ok 'facts came' stancectl changes --kind facts --endpoint "$endpoint"
status 'nothing since' 1 stancectl changes --since now
ok 'the journal without holes' test "$(stancectl changes --kind all --json |
    json "[c['seq'] for c in d] == list(range(1, len(d) + 1))")" = True
ok 'assessments are kept' stancectl changes --kind assessments --endpoint "$endpoint"
status 'no events of its ledger yet' 1 stancectl endpoint "$endpoint" events
same 'status counts the same' "1 301" \
    "$(stancectl status --json | json "str(d['endpoints']) + ' ' + str(d['software'])")"

note 'how far it can be trusted'
same 'fresh' "False True" "$(stancectl endpoint "$endpoint" --json |
    json "str(d['stale']) + ' ' + str(d['complete_through'] is not None)")"
same 'in each row' "{False}" "$(stancectl software '*' --json | json "{r['stale'] for r in d}")"
status 'all have it' 1 stancectl lacking tool-7
ok 'some lack it' stancectl lacking no-such-tool
same 'and which' "$endpoint" "$(stancectl lacking no-such-tool --json | json "d[0]['name']")"
same 'nobody is stale' 0 "$(stancectl status --json | json "d['stale_endpoints']")"

note 'many at once'
i=0
while [ $i -lt 40 ]; do
    (stancectl software '*' --json >"$D/answer.$i"; echo $? >"$D/exit.$i") &
    i=$((i + 1))
done
wait
same 'all are answered' '40 0' "$(cat "$D"/exit.* | sort | uniq -c | sed 's/^ *//')"
same 'all the same' 1 "$(cat "$D"/answer.* | md5sum "$D"/answer.* | cut -c1-32 | sort -u | wc -l)"
stancectl software '*' --json | head -c 100 >/dev/null
ok 'a reader who went away did no harm' stancectl status

note 'as it happens'
stancectl changes --follow --kind software --json >"$D/follow.json" 2>"$D/follow.err" &
follower=$!
stancectl changes --follow --csv --since 1d >"$D/follow.csv" 2>/dev/null &
sleep 0.5
then=$(date -u +%Y-%m-%dT%H:%M:%S.%6NZ)
sed -i 's/^Version: 1.7$/Version: 2.7/' "$root/var/lib/dpkg/status"
package tool-new 1
ok 'another assessment' stance-agent --once
sleep 1
same 'one line for each change' "software-added software-added software-removed" \
    "$(python3 -c 'import json, sys
print(*sorted(json.loads(line)["change"] for line in open(sys.argv[1])))' "$D/follow.json")"
ok 'since includes what was before' grep -q ',inventory,' "$D/follow.csv"
ok 'and what came' grep -q ',software-added,tool-new,' "$D/follow.csv"
same 'what differs between then and now' "added tool-new changed tool-7" \
    "$(stancectl diff "$endpoint" --from "$then" --json |
        json "' '.join(r['change'] + ' ' + r['name'] for r in sorted(d, key=lambda r: r['name'], reverse=True))")"
same 'and nothing with itself' 1 "$(stancectl diff "$endpoint" "$endpoint" >/dev/null 2>&1; echo $?)"
ok 'its events' stancectl endpoint "$endpoint" events
same 'a reader who has seen enough' seq "$(stancectl changes --follow --csv --since 1d | head -c 3)"

note 'an endpoint that is no more'
status 'nobody of that name' 1 stancectl forget no-such-endpoint
ok 'forgotten' stancectl forget "$endpoint"
status 'gone' 1 stancectl endpoint "$endpoint"
status 'with its software' 1 stancectl software '*'
ok 'not from the past' stancectl endpoint "$endpoint" --as-of "$then"
same 'who did it is in the journal' "uid $(id -u)" \
    "$(stancectl changes --kind endpoints --json | json "d[-1]['value']")"
ok 'and in the log' grep -q "endpoint forgotten: endpoint=$endpoint" "$D/run/stanced.log"
ok 'it returns' stance-agent --once
same 'as a new one, asked for everything' "True 302" "$(stancectl endpoint "$endpoint" --json |
    json "str(d['first_seen'] > '$then') + ' ' + str(d['software_count'])")"

note 'one that is connected'
sessions() { stancectl status --json | json "d['connected']"; }
known() { stancectl endpoint "$endpoint" --json 2>/dev/null | json "d['$1']" 2>/dev/null; }
# until_is WHAT COMMAND...: within 20 s the command prints that.
until_is() {
    want=$1 tries=0
    shift
    until [ "$("$@")" = "$want" ]; do
        tries=$((tries + 1))
        [ $tries -le 100 ] || return 1
        sleep 0.2
    done
}
stance-agent 2>"$D/connected.log" &
agent=$!
ok 'it is there' until_is 1 sessions
ok 'with its software' until_is 302 known software_count
first=$(known first_seen)
ok 'forgotten' stancectl forget "$endpoint"
logged 'its session ends' 'the endpoint was forgotten'
ok 'it comes back' until_is 302 known software_count
ok 'as a new one' [ "$(known first_seen)" \> "$first" ]
kill $agent
wait $agent
same 'the agent ends in order' 0 $?
ok 'and its session' until_is 0 sessions

note 'a collector that was taken away'
sed '/swima/Id' "$D/tnc_config.agent" >"$D/tnc_config.short"
sed 's|tnc_config.agent|tnc_config.short|' "$D/agent.conf" >"$D/short.conf"
ok 'nobody speaks of software' stance-agent --once -f "$D/short.conf"
same 'which is a notice' swima.silent \
    "$(stancectl changes --kind notices --json | json "d[-1]['name']")"
status 'what was known is not taken for what is' 5 stancectl lacking no-such-software
ok 'it is back' stance-agent --once
status 'and believed again' 0 stancectl lacking no-such-software

note 'the manager stops'
"$lab" stop "$D"
wait "$follower"
same 'a follower is told' 4 $?
ok 'in words' grep -q 'the manager is stopping' "$D/follow.err"
status 'and nobody answers' 4 stancectl changes --follow
done_testing
