#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Fresh assessments on demand: many endpoints connected, some not, one that leaves in the
# middle and comes back; few places at once, so that they have to take turns.
# also sanitized
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

connected=8
sed -i 's/^state_dir/assess_rate = 50\nstate_dir/' "$D/stance.conf"
printf 'limits { assessments = 2 }\n' >>"$D/stance.conf"
# Operating system only: what is asked about is turns and sessions.
sed -i '/SWIMA/d' "$D/tnc_config.manager" "$D/tnc_config.agent"

# agent_conf N: certificate and configuration of endpoint hN.example.
agent_conf() {
    "$top/scripts/pki" cert "$D/pki" "h$1" --usage client --dns "h$1.example" >/dev/null || exit 1
    mkdir -p "$D/agent$1"
    sed -e "s|pki/endpoint|pki/h$1|" -e "s|\"agent\"|\"agent$1\"|" -e 's/^spread.*/interval = 0\nspread = 1/' \
        "$D/agent.conf" >"$D/h$1.conf"
}

# agent_start N: the process number is in $agent.
agent_start() {
    stance-agent -f "$D/h$1.conf" >>"$D/h$1.log" 2>&1 &
    agent=$!
}

sessions() { stancectl --json status | json 'd["sessions"]'; }
assessments() { stancectl --json status | json 'd["assessments"]'; }

# shellcheck disable=SC2317 # called by ok
# until_same EXPECTED COMMAND...: waits up to 15 s for the command to say so.
until_same() {
    expected=$1
    shift
    eventually 15 says "$expected" "$@"
}
# shellcheck disable=SC2317 # called by eventually
says() {
    wanted=$1
    shift
    [ "$("$@")" = "$wanted" ]
}

"$lab" start "$D" || exit 1
agents='' askers=''
for n in 1 2 3 4 5 6 7 8 9 10; do agent_conf $n; done

note 'two endpoints are known and gone'
ok 'h9 is assessed' stance-agent --once -f "$D/h9.conf"
ok 'h10 is assessed' stance-agent --once -f "$D/h10.conf"

note "$connected endpoints stay connected"
for n in 1 2 3 4 5 6 7 8; do
    agent_start $n
    agents="$agents $agent"
    [ $n -ne 8 ] || last=$agent
done
ok 'all have a session' until_same $connected sessions
ok 'and were assessed, two at a time' until_same $((connected + 2)) assessments

note 'everybody is asked'
before=$(assessments)
# shellcheck disable=SC2317 # called by status
ask_all() { timeout 60 stancectl assess --all --wait --json >"$D/all.json"; }
status 'two were not reached: not all is well' 5 ask_all
same 'one row for each endpoint' $((connected + 2)) "$(json 'len(d)' <"$D/all.json")"
same 'eight were assessed' $connected \
    "$(json 'sum(r["state"] == "assessed" for r in d)' <"$D/all.json")"
same 'two are waited for' h10.example,h9.example \
    "$(json '",".join(sorted(r["name"] for r in d if r["state"] == "waiting"))' <"$D/all.json")"
same 'each once' $((before + connected)) "$(assessments)"
same 'over the sessions they had' $connected "$(sessions)"
same 'the manager has accepted nobody else' $((connected + 2)) \
    "$(stancectl --json status | json 'd["accepted"]')"

note 'one of them, and those who are there'
ok 'by name' timeout 60 stancectl assess h3.example --wait
ok 'two by name' timeout 60 stancectl assess h1.example h2.example --wait
same 'nobody else' $((before + connected + 3)) "$(assessments)"

note 'a group of them'
cat >>"$D/stance.conf" <<CONF
group few { endpoints = {"h1.example", "h2.example", "h9.example"} }
CONF
kill -HUP "$(manager_pid)"
logged 'the manager knows the group' 'configuration reloaded'
before=$(assessments)
# shellcheck disable=SC2317 # called by status
ask_group() { timeout 60 stancectl assess --group few --within 3 --json >"$D/few.json"; }
status 'one of them does not come in time' 5 ask_group
same 'three rows' 3 "$(json 'len(d)' <"$D/few.json")"
same 'two were assessed' $((before + 2)) "$(assessments)"
timeout 60 stancectl assess h9.example --within 30 >"$D/late.txt" 2>&1 &
asker=$!
sleep 0.5
ok 'h9 comes, and goes' stance-agent --once -f "$D/h9.conf"
wait $asker
same 'whoever waited for it has heard' 0 $?

note 'many questions at once are few assessments'
before=$(assessments)
for n in 1 2 3 4; do
    timeout 60 stancectl assess --all --wait >/dev/null 2>&1 &
    askers="$askers $!"
done
# shellcheck disable=SC2086
for pid in $askers; do wait "$pid"; done
after=$(assessments)
ok 'at least one each, at most one for each question' \
    test "$after" -ge $((before + connected)) -a "$after" -le $((before + 4 * connected))

note 'one that was stopped is asked, and has left before it answers'
kill -STOP "$last"
timeout 60 stancectl assess h8.example --wait --json >"$D/gone.json" &
asker=$!
sleep 1
kill -KILL "$last"
wait $asker
same 'is not reached' 5 $?
same 'and gone' gone "$(json 'd[0]["state"]' <"$D/gone.json")"
before=$(assessments)
agent_start 8
agents="$agents $agent"
ok 'it comes back and is assessed' until_same $((before + 1)) assessments

note 'an agent that its manager may not ask too often'
printf 'limits { assessments_per_minute = 6 }\n' >>"$D/h10.conf"
agent_start 10
slow=$agent
ok 'it connects' until_same $((connected + 1)) sessions
begun=$(date +%s)
for n in 1 2 3 4 5 6; do
    timeout 60 stancectl assess h10.example --wait >"$D/slow.txt" || cat "$D/slow.txt"
done
ok 'a seventh' timeout 60 stancectl assess h10.example --wait
took=$(($(date +%s) - begun))
ok "no more than six in ten seconds: $took s" [ $took -ge 9 ]
kill -TERM "$slow"
wait "$slow"
ok 'it has gone' until_same $connected sessions

note 'the manager goes away and comes back'
ok 'the manager stops in time' timeout 20 "$lab" stop "$D"
"$lab" start "$D" || exit 1
ok 'everybody comes back' until_same $connected sessions
ok 'and is assessed once' until_same $connected assessments
for pid in $agents; do
    kill -TERM "$pid" 2>/dev/null
done
for pid in $agents; do
    wait "$pid" 2>/dev/null
done
done_testing
