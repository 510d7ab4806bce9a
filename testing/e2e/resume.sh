#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Endpoints that come back resume their TLS session, until what the manager trusts has changed.
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
printf 'log { level = debug }\nlimits { assessments_per_minute = 60000 }\n' >>"$D/stance.conf"
"$top/scripts/pki" cert "$D/pki" gone --usage client --dns gone.example >/dev/null
"$top/scripts/pki" crl "$D/pki" ca gone >/dev/null

# fleet SECONDS: five endpoints that come back again and again.
fleet() {
    stance-load --ca "$D/pki/ca.crt" --ca-key "$D/pki/ca.key" --name localhost --resume \
        -m reconnect -n 5 -c 1 -t "$1" --no-software --json 127.0.0.1 "$port" \
        >"$D/load.json" 2>"$D/load.err"
}
count() { grep -c "ready: endpoint=load-.*resumed=$1" "$D/run/stanced.log"; }
# shellcheck disable=SC2317 # called by eventually
has_proved() { [ "$(count no)" -ge "$1" ]; }

"$lab" start "$D" || exit 1
ok 'five endpoints come and go' fleet 2
same 'each proves who it is once' 5 "$(count no)"
ok 'and is resumed afterwards' [ "$(count yes)" -ge 5 ]

note 'revocation lists are loaded while they come and go'
fleet 5 &
load=$!
eventually 10 has_proved 10
sleep 1
same 'new ones have proved it, too' 10 "$(count no)"
sed -i 's|^tls {|tls {\n    crl = "pki/ca.crl"|' "$D/stance.conf"
kill -HUP "$(manager_pid)"
logged 'reloaded' 'configuration reloaded'
ok 'nobody minds' wait $load
same 'each has proved it anew' 15 "$(count no)"

note 'switched off'
sed -i 's|^tls {|tls {\n    resumption = no|' "$D/stance.conf"
kill -HUP "$(manager_pid)"
sleep 1
before=$(count yes)
ok 'they come and go' fleet 1
same 'and prove it every time' "$before" "$(count yes)"
done_testing
