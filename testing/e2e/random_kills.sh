#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Manager, agent and dpkg are killed at random moments while packages come and go. In the end
# the manager knows what dpkg-query says, and its journal tells the story without a gap and
# without saying anything twice.
# ROUNDS=200 for the record; SEED=N repeats a run.
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=testing/e2e/endpoint.sh
. "$top/testing/e2e/endpoint.sh"
rounds=${ROUNDS:-10}
note "seed ${SEED:=$$}"
drawn=0
# random N: sets $r to a number below N.
random() {
    drawn=$((drawn + 1))
    r=$(awk -v seed="$(((SEED * 100003 + drawn) % 2147483647))" -v n="$1" 'BEGIN { srand(seed); print int(rand() * n) }')
}
nap() {
    random "$1"
    sleep "$(awk -v ms="$r" 'BEGIN { print ms / 1000 }')"
}

for name in a b c d e f; do
    for version in 1.0 1.1 2:0.9-1; do package_file p$name $version >/dev/null; done
done

# churn: packages change until it is told to stop; some of dpkg's runs are cut short.
churn() {
    n=0
    while [ ! -e "$D/enough" ]; do
        n=$((n + 1))
        set -- a b c d e f
        random 6
        shift "$r"
        name=p$1
        random 4
        case $r in
        0) private_dpkg --purge "$name" & ;;
        1) private_dpkg -i "$D/deb/${name}_1.0.deb" & ;;
        2) private_dpkg -i "$D/deb/${name}_1.1.deb" & ;;
        3) private_dpkg -i "$D/deb/${name}_2:0.9-1.deb" & ;;
        esac
        dpkg=$!
        random 8
        if [ "$r" -eq 0 ]; then
            nap 100
            kill -KILL $dpkg 2>/dev/null
        fi
        wait $dpkg 2>/dev/null
        nap 200
    done
    private_dpkg --configure -a
}

# The first picture and the changes since, folded: what it says is installed; and how often it added what
# was there or took away what was not.
folded() {
    stancectl --json changes | python3 -c '
import json, sys
have = {c["identifier"]: "%s=%s" % (c["name"], c["version"]) for c in json.load(open(sys.argv[1]))}
wrong, story = 0, {}
for c in json.load(sys.stdin):
    key, change = c["identifier"], c["change"]
    if not change.startswith("software-"):
        continue
    story.setdefault(key, []).append(c)
    if change == "software-added" and key not in have:
        # what came and went before anybody could ask for its name has none
        have[key] = "%s=%s" % (c["name"], c["version"])
    elif change == "software-removed" and key in have:
        del have[key]
    elif change != "software-altered":
        wrong += 1
        print("#", *story[key], sep="\n#   ", file=sys.stderr)
print(" ".join(sorted(have.values())))
print(wrong)' "$D/first"
}

package pa 1.0
"$lab" start "$D" || exit 1
agent_start
ok 'the first picture' known_is 'pa=1.0' 20
stancectl --json endpoint "$(endpoint)" software >"$D/first"
churn &
churning=$!
round=0 managers=0 agents=0 unsound=0
while [ $round -lt "$rounds" ]; do
    round=$((round + 1))
    nap 1200
    random 3
    victim=$r
    if [ "$victim" -ne 0 ]; then
        agent_end KILL
        agents=$((agents + 1))
    fi
    if [ "$victim" -ne 1 ]; then
        manager_kill
        managers=$((managers + 1))
        sqlite3 "$D"/manager/*.db 'pragma integrity_check' >"$D/check" 2>&1
        [ "$(cat "$D/check")" = ok ] || { unsound=$((unsound + 1)); cat "$D/check"; }
        nap 300
        "$lab" start "$D" || exit 1
    fi
    [ "$victim" -eq 0 ] || agent_start
done
: >"$D/enough"
wait $churning
note "$managers managers and $agents agents were killed"
ok 'the manager knows the truth' known_is "$(truth)" 60
folded >"$D/folded"
same 'so does its journal' "$(truth)" "$(sed -n 1p "$D/folded")"
same 'which says nothing twice' 0 "$(sed -n 2p "$D/folded")"
same 'the database passed its integrity check every time' 0 $unsound
private_dpkg --purge pa
package pa 9
note 'and life goes on'
agent_end TERM
agent_start
ok 'the manager knows the truth' known_is "$(truth)" 20
done_testing
