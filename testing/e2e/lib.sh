# shellcheck shell=sh
# For end-to-end scripts: `. "$(dirname "$0")/lib.sh"` makes a lab (scripts/lab) in a temporary
# folder $D with the programs of $STANCE_PREFIX on PATH, and removes it at the end. A script
# ends with `done_testing`; it fails when one of its checks did.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
lab=$top/scripts/lab
: "${STANCE_PREFIX:=$top/build/plain/inst}"
export STANCE_PREFIX
D=$(mktemp -d "${TMPDIR:-/tmp}/stance-e2e.XXXXXX")
checks=0 failures=0

e2e_end() {
    status=$?
    trap - EXIT
    jobs -p >"$D/jobs" # what the script began and did not end
    while read -r job; do kill "$job" 2>/dev/null; done <"$D/jobs"
    "$lab" stop "$D" || :
    rm -rf "$D"
    exit $status
}
trap e2e_end EXIT
trap 'exit 130' HUP INT TERM

# note TEXT...: what happens next, for whoever reads the log of a failure.
note() { printf '# %s\n' "$*"; }

# verdict NAME STATUS
verdict() {
    checks=$((checks + 1))
    if [ "$2" -eq 0 ]; then
        printf 'ok %d - %s\n' "$checks" "$1"
    else
        failures=$((failures + 1))
        printf 'not ok %d - %s\n' "$checks" "$1"
    fi
}

# ok NAME COMMAND...: the command succeeds.
ok() {
    name=$1
    shift
    "$@"
    verdict "$name" $?
}

# status NAME EXPECTED COMMAND...: the command exits with that status.
status() {
    name=$1 expected=$2
    shift 2
    "$@"
    got=$?
    [ $got -eq "$expected" ] || note "exit status $got, expected $expected: $*"
    [ $got -eq "$expected" ]
    verdict "$name" $?
}

# eventually SECONDS COMMAND...: the command succeeds within so many seconds.
eventually() {
    tries=$(($1 * 10))
    shift
    until "$@"; do
        tries=$((tries - 1))
        [ $tries -gt 0 ] || return 1
        sleep 0.1
    done
}

# same NAME EXPECTED GOT
same() {
    [ "$2" = "$3" ] || printf '# expected: %s\n# got:      %s\n' "$2" "$3"
    [ "$2" = "$3" ]
    verdict "$1" $?
}

# logged NAME PATTERN: the manager's log has a line that matches (waits up to 5 s for it).
logged() {
    eventually 5 grep -qsE "$2" "$D/run/stanced.log" || {
        note "no line matches $2 in:"
        tail -n 15 "$D/run/stanced.log" | sed 's/^/#   /'
        false
    }
    verdict "$1" $?
}

# json EXPRESSION: standard input is JSON, called d in a Python expression whose value is
# printed.
json() { python3 -c 'import json, sys; d = json.load(sys.stdin); print(eval(sys.argv[1]))' "$1"; }

manager_pid() { cat "$D/run/stanced.pid"; }

# sessions_are N: the manager has so many sessions.
sessions_are() { [ "$(stancectl --json status | json "d['sessions']")" = "$1" ]; }

# hostile_lab [LIMIT...]: settings, a certificate and $bad_peer for peers that break every rule:
# deadlines that end them soon, and no limit for one endpoint that would end them before.
hostile_lab() {
    bad_peer=${BAD_PEER:-$STANCE_PREFIX/../testing/e2e/bad_peer}
    [ -x "$bad_peer" ] || { note "no $bad_peer"; exit 1; }
    {
        echo 'limits {'
        printf '    %s\n' 'handshake_s = 2' 'negotiation_s = 2' 'assessment_s = 3' 'close_s = 1' \
            'sessions_per_identity = 100000' 'assessments_per_minute = 60000' "$@"
        echo '}'
        echo 'log { level = warn }'
    } >>"$D/stance.conf"
    "$top/scripts/pki" cert "$D/pki" bad --usage client --dns bad.example >/dev/null
}

# manager_kill: ends the manager as a power cut would.
manager_kill() {
    pid=$(manager_pid)
    kill -KILL "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.02; done
}

done_testing() {
    note "$checks checks, $failures failed"
    [ $failures -ne 0 ] && [ -s "$D/run/stanced.log" ] &&
        tail -n 30 "$D/run/stanced.log" | sed 's/^/# stanced: /'
    [ "$failures" -eq 0 ] && [ "$checks" -gt 0 ]
    exit
}

"$lab" init "$D" || exit 1
# shellcheck disable=SC1091
. "$D/env"
# shellcheck disable=SC2034 # for the scripts
port=$(sed -n 's/^port = //p' "$D/stance.conf")
