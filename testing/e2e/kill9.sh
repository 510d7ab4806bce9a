#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# The manager is killed at random moments in the middle of assessments: whatever an endpoint or
# an administrator has been told is there after the restart, and the database is sound.
# ROUNDS=50 for the record.
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
rounds=${ROUNDS:-20}

root=$D/root
mkdir -p "$root/var/lib/dpkg/info" "$root/etc"
cp /etc/os-release "$root/etc/os-release"
echo "root = \"$root\"" >"$D/imc-swima.conf"

# state N: a database of 300 packages of which the last says which round it was.
state() {
    i=0
    while [ $i -lt 300 ]; do
        version=1.$((i % 7 == 0 ? $1 : 0))
        printf 'Package: p%d\nStatus: install ok installed\nVersion: %s\nArchitecture: all\n\n' \
            $i $version
        i=$((i + 1))
    done >"$root/var/lib/dpkg/status.new"
    printf 'Package: round\nStatus: install ok installed\nVersion: %d\nArchitecture: all\n' \
        "$1" >>"$root/var/lib/dpkg/status.new"
    mv "$root/var/lib/dpkg/status.new" "$root/var/lib/dpkg/status"
}
round_known() {
    stancectl --json software round | json "d[0]['version']" 2>/dev/null || echo none
}
random_ms() { awk -v seed="$1" -v max="$2" 'BEGIN { srand(seed); print int(rand() * max) }'; }

note "seed ${SEED:=$$}"
"$lab" start "$D" || exit 1
state 0
ok 'first assessment' stance-agent --once
lost=0 answered=0 unsound=0 n=1
while [ "$n" -le "$rounds" ]; do
    before=$(round_known)
    seq_before=$(stancectl --json changes | json 'len(d)')
    state "$n"
    stance-agent --once >"$D/agent.out" 2>&1 &
    agent=$!
    sleep "0.$(printf '%03d' "$(random_ms "$SEED$n" 250)")"
    manager_kill
    if wait $agent; then told=$n answered=$((answered + 1)); else told=$before; fi
    sqlite3 "$D"/manager/*.db 'pragma integrity_check' >"$D/check" 2>&1
    [ "$(cat "$D/check")" = ok ] || { unsound=$((unsound + 1)); cat "$D/check"; }
    "$lab" start "$D" || exit 1
    after=$(round_known)
    if [ "$after" != "$told" ] && [ "$after" != "$n" ]; then
        note "round $n: told $told, found $after"
        lost=$((lost + 1))
    fi
    [ "$(stancectl --json changes | json 'len(d)')" -ge "$seq_before" ] || lost=$((lost + 1))
    n=$((n + 1))
done
note "$rounds kills, $answered assessments had been answered"
same 'nothing that was answered is missing' 0 $lost
same 'the database passes its integrity check every time' 0 $unsound
ok 'and life goes on' stance-agent --once
same 'with the last state' "$rounds" "$(round_known)"
done_testing
