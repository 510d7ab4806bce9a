#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Penalized addresses: some hundred hostile peers reconnect again and again from one address. Agents
# at another address are served without delay, and agents at the same address are served, too.
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
hostile=${HOSTILE:-200} seconds=${SECONDS_EACH:-12}
hostile_lab

# serve PID: assessments of a good agent for a while, into $served of $asked; then PID ends.
serve() {
    served=0 asked=0 end=$(($(date +%s) + seconds))
    while [ "$(date +%s)" -lt $end ]; do
        asked=$((asked + 1))
        stance-agent --once >/dev/null 2>&1 && served=$((served + 1))
        sleep 0.2
    done
    ok 'the others are still there' kill "$1"
    wait "$1"
    note "$served of $asked good assessments meanwhile"
}

"$lab" start "$D" || exit 1
ok 'an assessment' stance-agent --once

stance-load --ca "$D/pki/ca.crt" --ca-key "$D/pki/ca.key" --name localhost -n 1 --image 10 \
    -t 600 --hostile "$hostile" --manner silent,malformed --sources 1 \
    127.0.0.1 "$port" >"$D/load.out" 2>&1 &
load=$!
logged 'their address is penalized' 'address penalized: peer=127\.2\.0\.1'
serve $load
same 'whoever comes from another one is served' "$asked" "$served"
same 'and is not penalized' 0 "$(grep -c 'penalized: peer=127\.0\.0\.1' "$D/run/stanced.log")"

"$bad_peer" "$D/pki" bad "$port" "$top/testing/vectors" 100000 "$hostile" 30 >"$D/bad.out" 2>&1 &
bad=$!
logged 'now it is ours' 'address penalized: peer=127\.0\.0\.1'
serve $bad
ok 'an endpoint at a penalized address is served, too' [ "$served" -gt 0 ]
ok 'and when they are gone' stance-agent --once
done_testing
