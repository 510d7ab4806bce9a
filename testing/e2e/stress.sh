#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# An agent for which everything goes wrong that can: no room or no right to write its state, state
# that is removed or put back from a backup, a package manager that stopped half way, files that
# mean harm, and very much software. It says what is wrong, tells what there is, and is itself
# again when the trouble is over.
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=testing/e2e/endpoint.sh
. "$top/testing/e2e/endpoint.sh"
state=$D/agent
mounted=

# shellcheck disable=SC2317
stress_end() {
    status=$?
    agent_end KILL
    [ -z "$mounted" ] || umount "$state"
    (exit "$status")
    endpoint_end
}
trap stress_end EXIT

# said NAME PATTERN: the agent's log has such a line since the last `quiet`.
from=1
quiet() { from=$(($(wc -l <"$D/agent.log") + 1)); }
said() {
    tries=0
    until tail -n +$from "$D/agent.log" | grep -qE "$2"; do
        tries=$((tries + 1))
        [ $tries -le 50 ] || break
        sleep 0.1
    done
    tail -n +$from "$D/agent.log" | grep -qE "$2"
    verdict "$1" $?
}
# used: user and system time of the agent, in milliseconds.
used() { awk -v hz="$(getconf CLK_TCK)" '{ print ($14 + $15) * 1000 / hz }' "/proc/$agent/stat"; }
# memory FIELD: in kilobytes.
memory() { awk -v f="$1:" '$1 == f { print $2 }' "/proc/$agent/smaps_rollup"; }

cat >>"$D/imc-swima.conf" <<EOF
sources = { "dpkg", "swid", "pip", "npm" }
pip_directories = { "/opt/pip" }
npm_directories = { "/opt/node_modules" }
EOF
package alpha 1
"$lab" start "$D" || exit 1

note 'the disk with its state is full'
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=512k,mode=700 stance-stress "$state"; then
    mounted=1
    agent_start
    ok 'the first picture' known_is "$(truth)" 20
    quiet
    dd if=/dev/zero of="$state/filler" bs=4k 2>/dev/null
    package beta 1
    ok 'what is installed now is told all the same' known_is "$(truth)" 10
    said 'and it says where it cannot write' 'ledger cannot be written, continuing in memory'
    agent_end KILL
    agent_start
    package beta 2
    ok 'also by an agent that begins like this' known_is "$(truth)" 10
    agent_end TERM
    rm "$state/filler"
    quiet
    agent_start
    ok 'there is room again' known_is "$(truth)" 10
    agent_end TERM
    same 'and its ledger is whole' ok "$(sqlite3 "$state/imc-swima.db" 'pragma quick_check')"
    umount "$state"
    mounted=
else
    note 'no file system of our own to fill'
fi

note 'its state is in a directory where it may not write'
since=$(now)
chmod 755 "$D" "$D/pki" "$root" && chmod 555 "$state"
if [ "$(id -u)" -eq 0 ]; then
    chown 65534 "$D/pki/endpoint.key"
    : >>"$D/agent.log"
    setsid setpriv --reuid=65534 --regid=65534 --clear-groups \
        stance-agent -f "$D/agent.conf" >>"$D/agent.log" 2>&1 </dev/null &
    agent=$!
else
    agent_start
fi
said 'it says so' 'ledger problem: .*reason="cannot be opened for writing"'
package beta 3
ok 'the picture is right' known_is "$(truth)" 20
agent_end TERM
[ "$(id -u)" -ne 0 ] || chown 0 "$D/pki/endpoint.key"
chmod 700 "$state"

note 'its state is removed'
agent_start
ok 'the picture is right' known_is "$(truth)" 20
quiet
rm "$state"/imc-swima.db*
package gamma 1
ok 'while it runs' known_is "$(truth)" 10
agent_end TERM
rm "$state"/imc-swima.db*
package delta 1
since=$(now)
package epsilon 1
private_dpkg --purge gamma
agent_start
ok 'and while it does not' known_is "$(truth)" 20
same 'which tells exactly what is different' "software-added delta 1
software-added epsilon 1
software-removed gamma 1" "$(changes "$since")"

note 'its state is put back from a backup'
agent_end TERM
cp "$state/imc-swima.db" "$D/backup"
agent_start
package delta 2
ok 'the picture is right' known_is "$(truth)" 10
agent_end TERM
cp "$D/backup" "$state/imc-swima.db"
private_dpkg --purge epsilon
quiet
agent_start
ok 'it is still right' known_is "$(truth)" 20
said 'the agent has noticed' 'not the file used last; new epoch'

note 'dpkg is interrupted'
private_dpkg --unpack "$(package_file zeta 1)"
ok 'between unpacking and configuring' known_is "$(truth)" 10
cat >"$root/var/lib/dpkg/updates/0000" <<EOF
Package: delta
Status: install reinstreq half-installed
Architecture: all
Version: 2

EOF
cat >"$root/var/lib/dpkg/updates/0001" <<EOF
Package: alpha
Status: install ok unpacked
Architecture: all
Maintainer: Tests <tests@example.org>
Version: 7
Description: made for a test

EOF
echo 'Package: half wri' >"$root/var/lib/dpkg/updates/tmp.i"
same 'dpkg itself would say so' 'alpha=7 beta=3 zeta=1' "$(truth)"
ok 'with work in its journal' known_is "$(truth)" 10
package delta 3 && package alpha 8
private_dpkg --configure -a
ok 'and when it is done' known_is "$(truth)" 10

note 'files mean harm'
before=$(used)
quiet
python3 "$top/testing/e2e/hostile_files.py" "$root"
package theta 1
good="Good=1 good-npm=3 good-pip=2 m=1"
ok 'what is good is taken in' known_is "$(printf '%s ' "$good" "$(truth)" | tr ' ' '\n' |
    sed '/^$/d' | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')" 20
lines=$(tail -n +$from "$D/agent.log" | grep -cE 'files? skipped')
[ "$lines" -ge 20 ] && [ "$lines" -le 150 ]
verdict "what is not is said in a few lines: $lines" $?
said 'and a number' 'more files skipped: source=swid count=[0-9]+'
same 'every line of the log is one' 0 "$(tail -n +$from "$D/agent.log" |
    grep -cavE '^[0-9-]+T[0-9:.]+Z (error|warn|info|debug) ')"
peak=$(awk '$1 == "VmHWM:" { print $2 }' "/proc/$agent/status")
took=$(awk -v a="$before" -v b="$(used)" 'BEGIN { print b - a }')
note "CPU $took ms, peak of memory $peak kB"
[ "$peak" -le 98304 ] && [ "${took%.*}" -le 10000 ]
verdict 'at a bounded cost' $?
agent_end TERM

note 'fifty thousand packages'
root=$D/huge
mkdir -p "$root/etc" "$root/var/lib/dpkg/updates" "$D/huge.state"
cp /etc/os-release "$root/etc/os-release"
# stanzas FROM TO: of packages that are installed.
stanzas() {
    awk -v from="$1" -v to="$2" 'BEGIN { for (i = from; i < to; i++) {
        printf "Package: package-%05d\nStatus: install ok installed\nMaintainer: Tests\n", i
        printf "Architecture: amd64\nSource: source-%05d\n", i / 5
        printf "Version: 1:%d.%d-%d+deb12u1\n", i % 9, i % 17, i % 5
        printf "Description: made for a test\n with more than one line\n\n"
    } }'
}
stanzas 0 50000 >"$root/var/lib/dpkg/status"
printf 'root = "%s"\nsources = { "dpkg" }\n' "$root" >"$D/imc-swima.conf"
sed -i 's|^state_dir = .*|state_dir = "huge.state"|' "$D/agent.conf"
count() { stancectl --json endpoint "$(endpoint)" software 2>/dev/null | json 'len(d)' 2>/dev/null; }
start=$(date +%s%N)
agent_start
until [ "$(count)" = 50000 ] || [ $(($(date +%s%N) - start)) -gt 60000000000 ]; do sleep 0.3; done
same 'all of them are known' 50000 "$(count)"
note "after $((($(date +%s%N) - start) / 1000000)) ms; the agent used $(used) ms of CPU," \
    "PSS $(memory Pss) kB, and wrote $(awk '$1 == "wchar:" { print $2 }' "/proc/$agent/io") octets"
sleep 2
note "and at rest: PSS $(memory Pss) kB"
{ cat "$root/var/lib/dpkg/status" && stanzas 50000 50001; } >"$root/var/lib/dpkg/status-new"
before=$(used) start=$(date +%s%N)
mv "$root/var/lib/dpkg/status-new" "$root/var/lib/dpkg/status"
until stancectl software package-50000 >/dev/null 2>&1 ||
    [ $(($(date +%s%N) - start)) -gt 30000000000 ]; do sleep 0.05; done
took=$((($(date +%s%N) - start) / 1000000))
note "one more: $took ms (two seconds are what it may take), CPU of the agent $(awk -v a="$before" -v b="$(used)" 'BEGIN { print b - a }') ms"
ok 'a change is known' stancectl software package-50000
done_testing
