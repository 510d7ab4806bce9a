#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A whole fleet (stance-load) loses its manager and comes back at once: everybody is assessed
# again, nobody is lost, and the manager's memory is as it was.
# ENDPOINTS=1000 for the record.
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
endpoints=${ENDPOINTS:-200}

# load OPTION...: a fleet of 300 packages each, some of them different.
load() {
    stance-load --ca "$D/pki/ca.crt" --ca-key "$D/pki/ca.key" --name localhost \
        -n "$endpoints" --image 300 --drift 5 --sources 50 --timeout 300 --json "$@" \
        127.0.0.1 "$port"
}
pss() { awk '/^Pss:/ { print $2 }' "/proc/$(manager_pid)/smaps_rollup"; }
# said EXPRESSION: of the fleet's report, called d.
said() { json "$1" <"$D/load.json"; }

"$lab" start "$D" || exit 1
status 'refuses another machine' 3 stance-load --ca "$D/pki/ca.crt" --ca-key "$D/pki/ca.key" \
    192.0.2.1 271 2>"$D/refused"

load -t 6 --back-off 0.5 >"$D/load.json" 2>"$D/load.err" &
fleet=$!
tries=0
until [ "$(stancectl --json endpoints | json 'len(d)' 2>/dev/null)" = "$endpoints" ]; do
    tries=$((tries + 1))
    [ $tries -le 600 ] || break
    sleep 0.2
done
same 'the whole fleet is known' "$endpoints" "$(stancectl --json endpoints | json 'len(d)')"
sleep 1
before=$(pss)
note 'the manager is killed and started again'
manager_kill
"$lab" start "$D" || exit 1
peak=0
while kill -0 $fleet 2>/dev/null; do # it ends by itself
    now=$(pss)
    [ "$now" -le $peak ] || peak=$now
    sleep 0.2
done
wait $fleet
status 'everybody was assessed, and again' 0 sh -c "exit $?"
cat "$D/load.err"
same 'all were lost once' "$endpoints" "$(said "d['recoveries'][0]['lost']")"
ok 'and all came back' said "1 / d['recoveries'][0]['seconds']"
same 'each endpoint once' "$endpoints" "$(stancectl --json endpoints | json 'len(d)')"
same 'each with all of its software' "$((endpoints * 300))" \
    "$(stancectl --json endpoints | json "sum(e['software_count'] for e in d)")"
note "PSS: $before kB with $endpoints sessions, at most $peak kB while they came back"
ok 'memory is bounded' [ $peak -lt $((before * 2 + 20000)) ]
note "arriving: $(said "d['spans']['arriving']")"
note "back after: $(said "d['recoveries'][0]['seconds']") s"

note 'a fleet on which software changes'
load --seed 1 -n 20 -m steady -t 3 -r 60 >"$D/load.json" 2>"$D/load.err"
status 'complete' 0 sh -c "exit $?"
ok 'changes were told' [ "$(said "d['latency_ms']['change']['n']")" -gt 0 ]
logged 'the manager is content' 'assessment: .*load-0000'
done_testing
