#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What people get wrong: each program says what it is, and ends with the status that its manual
# has for it.
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

# says NAME STATUS PATTERN COMMAND...
says() {
    name=$1 expected=$2 pattern=$3
    shift 3
    timeout 60 "$@" >"$D/said" 2>&1 </dev/null
    got=$?
    [ $got -eq "$expected" ] && grep -qE -e "$pattern" "$D/said"
    verdict "$name" $?
    [ $got -eq "$expected" ] && grep -qE -e "$pattern" "$D/said" || {
        note "exit status $got, expected $expected; no line matches $pattern in:"
        sed 's/^/#   /' "$D/said"
    }
}

# with SED-SCRIPT FILE: a configuration that differs, $D/other.conf.
with() { sed "$1" "$D/$2" >"$D/other.conf"; }

note 'options'
for program in stanced stance-agent; do
    says "$program: no such level" 2 "'loud' is not a level; use error, warn" $program -l loud
    says "$program: a stray word" 2 "unexpected argument 'now'" $program now
    says "$program: no such file" 2 'No such file' $program -f "$D/none.conf"
    says "$program: no such option" 2 'usage: ' $program -x
    says "$program: how it is called" 0 "usage: $program" $program --help
    says "$program: which version" 0 "^$program [0-9]" $program --version
done
says 'stanced: what only the agent knows' 2 'usage: ' stanced --once

note 'stance-agent'
says 'no errors' 0 'agent.conf: configuration OK' stance-agent -t
with 's/tnc_config.agent/tnc_none/' agent.conf
says 'no list of collectors' 2 'tnc_none: not found' stance-agent -t -f "$D/other.conf"
echo 'no_such_setting = 1' >"$D/imc-os.conf"
says "a collector's settings" 2 'imc-os.conf:1: .*no_such_setting' stance-agent -t
rm "$D/imc-os.conf"
sed '1s,.*,IMV "OS" /x.so,; 2s|"[^"]*" .*|"lost" /no/imc-lost.so|' "$D/tnc_config.agent" \
    >"$D/tnc_lost"
with 's/tnc_config.agent/tnc_lost/' agent.conf
says 'a collector that is not there' 2 'tnc_lost: line 2: .*imc-lost.so' \
    stance-agent -t -f "$D/other.conf"
with 's|"agent"|"pki/ca.crt/state"|' agent.conf
says 'no place for its state' 2 'state: Not a directory' stance-agent --once -f "$D/other.conf"
with "1s|^|pid_file = \"$D/none/pid\"\n|" agent.conf
says 'no place for its pid' 2 'none/pid: No such file' stance-agent -f "$D/other.conf"
says 'nobody listens' 4 'address=127.0.0.1 .*refused' stance-agent --once
with 's/address = .*/address = "no-such-host.invalid"/' agent.conf
says 'no such host' 4 'address=no-such-host.invalid .*name lookup' \
    stance-agent --once -f "$D/other.conf"

note 'stance-load'
fleet="--ca $D/pki/ca.crt --ca-key $D/pki/ca.key --name localhost"
says 'no number' 2 "--endpoints is from 1 to [0-9]+, not 'many'" \
    stance-load $fleet -n many 127.0.0.1 "$port"
says 'no mode' 2 "--mode cannot be 'fast'" stance-load $fleet -m fast 127.0.0.1 "$port"
says 'no process' 2 'manager-pid: there is no such process' \
    stance-load $fleet --manager-pid 4194304 127.0.0.1 "$port"
says 'nobody listens' 1 'refused .*goes on trying' \
    stance-load $fleet -n 1 --timeout 1 127.0.0.1 "$port"

note 'the manager'
printf 'sasl { users = "nobody.users" }\n' | cat "$D/stance.conf" - >"$D/other.conf"
says 'no file of users' 2 'nobody.users: No such file' stanced -t -f "$D/other.conf"
mkdir "$D/run/stanced.pid.lock"
says 'no lock' 1 'stanced.pid.lock: Is a directory' stanced -f "$D/stance.conf"
rmdir "$D/run/stanced.pid.lock"
says 'stancectl: nobody answers' 4 'is it running' stancectl status
"$lab" start "$D" || exit 1
says 'a second one' 1 'another manager is running' stanced
with 's/stanced.pid/other.pid/; s/"run"/"run2"/' stance.conf
says 'the same repository' 1 'posture.db is in use' stanced -f "$D/other.conf"
with 's/stanced.pid/other.pid/; s/"run"/"run2"/; s/"manager"/"manager2"/' stance.conf
says 'the same port' 1 'the port is in use, perhaps by another manager' stanced -f "$D/other.conf"

note 'a manager that hangs'
kill -STOP "$(manager_pid)"
says 'stancectl does not wait for ever' 4 'stanced' stancectl --timeout 1 status
timeout --preserve-status -s INT 1 stance-agent --once >"$D/said" 2>&1
same 'an agent that is interrupted has no result' 4 $?
kill -CONT "$(manager_pid)"
says 'it goes on' 0 . stancectl status
says 'and so does the agent' 0 'compliant' stance-agent --once

note 'a repository of a newer version'
"$lab" stop "$D"
sqlite3 "$D"/manager/posture.db 'INSERT INTO schema_version VALUES (999, 0)'
says 'it is left alone' 1 'schema version 999, .*written by a newer one' stanced
done_testing
