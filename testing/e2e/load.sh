#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A fleet (stance-load) among peers that mean harm, and one whose software changes while the
# manager is killed and started again: in the end the manager knows what every endpoint has.
# ENDPOINTS=1000 HOSTILE=5000 SECONDS_EACH=60 for the record.
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
endpoints=${ENDPOINTS:-100} hostile=${HOSTILE:-88} seconds=${SECONDS_EACH:-4}

cat >>"$D/stance.conf" <<CONF
limits {
    handshake_s = 2
    negotiation_s = 2
    assessment_s = 20
    close_s = 1
}
log { level = warn }
CONF
# load OPTION...: a fleet of 200 packages each, some of them different.
load() {
    stance-load --ca "$D/pki/ca.crt" --ca-key "$D/pki/ca.key" --name localhost \
        --socket "$D/run/stanced.sock" -n "$endpoints" --image 200 --drift 5 --sources 50 \
        --timeout 300 --json "$@" 127.0.0.1 "$port" >"$D/load.json" 2>"$D/load.err"
}
# said EXPRESSION: of the fleet's report, called d.
said() { json "$1" <"$D/load.json"; }

"$lab" start "$D" || exit 1
note "$hostile peers that mean harm"
load -m hostile -c 4 -t "$seconds" --hostile "$hostile" --hostile-rate 500 --interval 0.1
status 'a fleet among them is served' 0 sh -c "exit $?"
cat "$D/load.err"
note "$(said "d['spans']['staying']")"
ok 'and not after hours' [ "$(said "d['spans']['staying']['assessments']")" -ge 10 ]
ok 'the floor is known' said "1 / d['handshake_cpu_ms']"
same 'there were all kinds of them' 22 "$(said "len(d['hostile'])")"
same 'and each was where it wanted to be' 0 \
    "$(said "sum(h['refused'] for h in d['hostile'].values())")"
same 'the manager ended some of every kind (the last three have longer)' '' \
    "$(said "', '.join(k for k, h in d['hostile'].items() if not h['ended'] and k not in
                       ('agreed, silent', 'agreed, half a batch', 'agreed, slow'))")"

note 'software changes while the manager is killed'
load -m steady --seed 7 -r 400 --burst 20 -t "$((seconds + 2))" --back-off 0.2 --verify 20 \
    --probe 0.1 --processes 2 &
fleet=$!
until stancectl --json endpoints 2>/dev/null | grep -q '"eid": [1-9]'; do
    kill -0 $fleet 2>/dev/null || break
    sleep 0.1
done
manager_kill
"$lab" start "$D" || exit 1
wait $fleet
status 'the manager knows what every endpoint has' 0 sh -c "exit $?"
cat "$D/load.err"
same 'they had lost it' "$endpoints" "$(said "d['recoveries'][0]['lost']")"
same 'each is known up to its last event' "$endpoints" "$(said "d['verify']['current']")"
same 'and piece by piece' 20 "$(said "d['verify']['same']")"
note "$(said "d['verify']")"

note 'how soon a change is visible'
load -m steady --seed 7 -r 200 --burst 20 -t 2 --verify 0 --probe 0.1
status 'complete' 0 sh -c "exit $?"
cat "$D/load.err"
ok 'somebody who follows sees the changes' [ "$(said "d['latency_ms']['visible']['n']")" -gt 5 ]
status 'more endpoints than files may be open' 2 \
    sh -c "ulimit -n 80; exec stance-load --ca x --ca-key x -n 2000 --processes 1 \
        --ca '$D/pki/ca.crt' --ca-key '$D/pki/ca.key' --name localhost 127.0.0.1 $port" \
    2>"$D/refused"
done_testing
