#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A manager that may have few descriptors, on a port that somebody else has, with an address that
# is none: what it says, and what goes on working.
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

sed 's/"127.0.0.1"/"localhost"/' "$D/stance.conf" >"$D/name.conf"
status 'a name is no address to listen on' 2 stanced -t -f "$D/name.conf" 2>"$D/said"
ok 'and that is said' grep -q 'address: localhost is not a numeric address' "$D/said"
status 'a folder is no configuration' 2 stanced -t -f "$D" 2>"$D/said"
ok 'and that is said' grep -q "^stanced: $D: Is a directory" "$D/said"

# shellcheck disable=SC3045 # every sh of Debian knows -n
ulimit -n 150
"$lab" start "$D" || exit 1
logged 'the lowered limit is logged' 'descriptors are too few .*: descriptors=150 sessions=[0-9]+'
room=$(sed -n 's/.*descriptors=150 sessions=\([0-9]*\).*/\1/p' "$D/run/stanced.log" | tail -n 1)
ok "there is room for $room" [ "$room" -ge 10 ]

note 'another manager with another pid file'
sed "s|pid_file = .*|pid_file = \"run/other.pid\"|; s|state_dir = .*|state_dir = \"other\"|" \
    "$D/stance.conf" >"$D/other.conf"
echo 'admin { socket = "run/other.sock" }' >>"$D/other.conf"
status 'does not start on this port' 1 stanced -f "$D/other.conf" 2>"$D/said"
ok 'and says why' grep -q "port $port: the port is in use, perhaps by another manager" "$D/said"

note 'more silent peers than there is room for'
python3 - "$port" "$room" "$D/hold" >"$D/held" <<'PY' &
import os, socket, sys, time
port, room, hold = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
held = [socket.create_connection(("127.0.0.1", port)) for _ in range(room + 20)]
time.sleep(1)
closed = 0
for s in held:
    s.setblocking(False)
    try:
        closed += s.recv(1) == b""
    except BlockingIOError:
        pass
    except ConnectionResetError:
        closed += 1
print(closed, flush=True)
open(hold, "w").close()
while os.path.exists(hold):
    time.sleep(0.1)
PY
holder=$!
ok 'all connections are open' eventually 10 test -e "$D/hold"
same 'those who are too many are refused' 20 "$(cat "$D/held")"
logged 'in one line' 'connection refused: .*too many sessions'
ok 'administrators are served' sh -c 'stancectl status >/dev/null'
status 'an endpoint has to wait' 4 stance-agent --once -f "$D/agent.conf"
rm -f "$D/hold"
wait $holder
sleep 0.5
ok 'until they are gone' stance-agent --once -f "$D/agent.conf"
done_testing
