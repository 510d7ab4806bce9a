#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Endpoints with a valid certificate that want more than their share: sessions, assessments, and
# software that nobody has told of before. They get what everybody gets, and others are served.
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

cat >>"$D/stance.conf" <<CONF
limits {
    sessions_per_identity = 2
    assessments_per_minute = 6
}
repository { new_software_per_day = 100 }
CONF
"$top/scripts/pki" cert "$D/pki" other --usage client --dns other.example >/dev/null
# without a list of software, which would be too long here
sed '/swima/Id' "$D/tnc_config.agent" >"$D/tnc_config.short"
sed 's|tnc_config.agent|tnc_config.short|' "$D/agent.conf" >"$D/greedy.conf"
sed 's|pki/endpoint|pki/other|' "$D/greedy.conf" >"$D/other.conf"
# shellcheck disable=SC2317 # called by ok
at_most_two_sessions() { [ "$(stancectl --json status | json "d['sessions']")" -le 2 ]; }

"$lab" start "$D" || exit 1
begun=$(date +%s)
for run in 1 2 3 4 5 6 7; do
    ok "assessment $run" stance-agent --once -f "$D/greedy.conf"
done
ok 'the next one has to wait' stance-agent --once -f "$D/greedy.conf"
ok 'and the next' stance-agent --once -f "$D/greedy.conf"
took=$(($(date +%s) - begun))
ok "that took $took s" [ $took -ge 8 ]
begun=$(date +%s)
ok 'another endpoint does not' stance-agent --once -f "$D/other.conf"
ok 'wait' [ $(($(date +%s) - begun)) -le 9 ]

note 'many sessions'
agents=
for run in 1 2 3 4 5; do
    stance-agent -f "$D/other.conf" >>"$D/other.log" 2>&1 &
    agents="$agents $!"
    sleep 0.5
done
logged 'the oldest ones end' 'the endpoint has newer sessions'
# an orderly close takes time on a loaded machine
ok 'two are left' eventually 10 at_most_two_sessions
for agent in $agents; do
    kill "$agent"
    wait "$agent" 2>/dev/null
done

note 'much software'
known=$(stancectl --json status | json "d['software']")
stance-load --ca "$D/pki/ca.crt" --ca-key "$D/pki/ca.key" --name localhost -n 2 --image 300 \
    --drift 0 -t 2 --timeout 10 --json 127.0.0.1 "$port" >"$D/load.json" 2>"$D/load.err"
logged 'the report is refused' 'report refused: .*unknown software'
same 'nothing of it is stored' "$known" "$(stancectl --json status | json "d['software']")"
ok 'the manager goes on' stance-agent --once -f "$D/other.conf"
done_testing
