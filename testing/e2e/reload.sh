#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# SIGHUP: new settings and certificates for new sessions, and the old ones stay when the new
# are bad. SIGTERM: an orderly end.
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

"$lab" start "$D" || exit 1
pid=$(manager_pid)
ok 'an assessment' stance-agent --once

note 'a bad configuration changes nothing'
cp "$D/stance.conf" "$D/good.conf"
echo 'nonsense = 1' >>"$D/stance.conf"
bad_line=$(wc -l <"$D/stance.conf")
status 'stanced -t refuses it' 2 stanced -t -f "$D/stance.conf"
ok 'and says file and line' sh -c \
    "stanced -t -f '$D/stance.conf' 2>&1 | grep -q 'stance.conf:$bad_line:.*nonsense'"
kill -HUP "$pid"
logged 'the log says file and line' "error.*stance\.conf:$bad_line:.*nonsense"
ok 'the manager goes on' stance-agent --once

note 'what others could have written is not even loaded for a look'
cp "$D/good.conf" "$D/stance.conf"
sed -n 's/^IMV "OS" //p' "$D/tnc_config.manager" | while read -r so; do
    cp "$so" "$D/loose.so"
done
chmod 666 "$D/loose.so"
echo "IMV \"Loose\" $D/loose.so" >"$D/tnc_config.loose"
sed 's|tnc_config.manager|tnc_config.loose|' "$D/good.conf" >"$D/loose.conf"
status 'stanced -t refuses the module' 2 stanced -t -f "$D/loose.conf"
chmod 644 "$D/loose.so"
ok 'and takes it from its owner alone' stanced -t -f "$D/loose.conf"
ok 'a limit for files does not end the manager' \
    sh -c "[ \$((0x\$(sed -n 's/^SigIgn:[^0-9a-f]*//p' /proc/$pid/status) >> 24 & 1)) = 1 ]"

note 'a new authority'
cp "$D/good.conf" "$D/stance.conf"

note 'stanced -t looks into the files of modules and plugins'
ok 'all is right' stanced -t -f "$D/stance.conf"
for file in imv-os imv-swima repository-sqlite; do
    printf '\nnonsense = 1\n' >"$D/$file.conf"
    ok "$file.conf: file and line" sh -c \
        "stanced -t -f '$D/stance.conf' 2>&1 | grep -q '$file.conf:2:.*nonsense'"
    status "$file.conf: refused" 2 stanced -t -f "$D/stance.conf"
    rm "$D/$file.conf"
done
echo 'tls {' >>"$D/stance.conf"
status 'a section without end is refused' 2 stanced -t -f "$D/stance.conf"
cp "$D/good.conf" "$D/stance.conf"
"$top/scripts/pki" ca "$D/pki" second >/dev/null
"$top/scripts/pki" cert "$D/pki" newcomer --ca second --usage client --dns new.example >/dev/null
sed 's|pki/endpoint|pki/newcomer|' "$D/agent.conf" >"$D/newcomer.conf"
status 'is not trusted yet' 3 stance-agent --once -f "$D/newcomer.conf"
cat "$D/pki/ca.crt" "$D/pki/second.crt" >"$D/pki/both.crt"
sed -i 's|pki/ca.crt|pki/both.crt|' "$D/stance.conf"
kill -HUP "$pid"
logged 'the log says that it was reloaded' 'info.*reloaded'
ok 'is trusted now' stance-agent --once -f "$D/newcomer.conf"
same 'by the same process' "$pid" "$(manager_pid)"
same 'two endpoints' 2 "$(stancectl --json endpoints | json 'len(d)')"

note 'another policy, while an agent is connected'
sed 's/^spread.*/interval = 0\nspread = 1/' "$D/agent.conf" >"$D/stay.conf"
stance-agent -f "$D/stay.conf" >"$D/agent.log" 2>&1 &
agent=$!
endpoint=$(stancectl --json endpoints |
    json 'next(r["name"] for r in d if r["name"] != "new.example")')
# shellcheck disable=SC2317 # called by ok
# verdict_is RESULT: of the agent's endpoint.
verdict_is() {
    stancectl endpoint "$endpoint" results --json 2>/dev/null |
        json 'next(r["result"] for r in d if r["rule"] == "swima.lab")' 2>/dev/null | grep -qx "$1"
}
ok 'the agent has a session' eventually 15 sessions_are 1
accepted=$(stancectl --json status | json 'd["accepted"]')
printf 'rule "lab" { forbidden = {"libc6"} }\n' >"$D/imv-swima.conf"
kill -HUP "$pid"
logged 'the log says that the policy has changed' 'policy changed, .*endpoints=1$'
ok 'the endpoint is judged by it' eventually 15 verdict_is major
printf 'rule "lab" { forbidden = {"no-such-package"} }\n' >"$D/imv-swima.conf"
kill -HUP "$pid"
ok 'and by the next' eventually 15 verdict_is compliant
printf 'rule "lab" { forbidden = {"no-such-package"} } # the same\n' >"$D/imv-swima.conf"
before=$(stancectl --json status | json 'd["assessments"]')
kill -HUP "$pid"
sleep 1
same 'what says the same is no change' "$before" \
    "$(stancectl --json status | json 'd["assessments"]')"
printf 'rule "lab" {\n' >"$D/imv-swima.conf"
kill -HUP "$pid"
logged 'a policy that is wrong is refused, with its line' 'error.*imv-swima\.conf:1:'
same 'over the session it had' "$accepted" "$(stancectl --json status | json 'd["accepted"]')"
rm "$D/imv-swima.conf"
kill -HUP "$pid"

note 'an orderly end'
ok 'the manager ends in time' timeout 15 "$lab" stop "$D"
ok 'its socket is gone' test ! -e "$D/run/stanced.sock"
ok 'its pid file is gone' test ! -e "$D/run/stanced.pid"
ok 'the agent still runs' kill -0 $agent
"$lab" start "$D" || exit 1
ok 'and comes back' eventually 15 sessions_are 1
kill -TERM $agent
wait $agent
same 'and ends when told' 0 $?
done_testing
