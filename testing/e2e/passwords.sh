#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Endpoints without a certificate authenticate with a password (SASL PLAIN), if the manager
# wants it so; who has a certificate is not asked.
# also sanitized
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"

sed -i 's|^tls {|tls {\n    client_certificate = optional|' "$D/stance.conf"
cat >>"$D/stance.conf" <<'CONF'
sasl {
    mechanisms = { PLAIN }
    users = "users"
}
CONF
hash_of() { openssl passwd -6 "$1"; }
echo "alice:$(hash_of 'in wonderland')" >"$D/users"
sed 's|^tls {|tls {\n    certificate = ""\n    key = ""|
    /certificate = "pki/d; /key = "pki/d' "$D/agent.conf" >"$D/alice.conf"
cat >>"$D/alice.conf" <<'CONF'
sasl {
    user = "alice"
    password_file = "password"
}
CONF
password() {
    echo "$1" >"$D/password"
    chmod 600 "$D/password"
}

password 'in wonderland'
ok 'the manager accepts its configuration' stanced -t -f "$D/stance.conf"
"$lab" start "$D" || exit 1
ok 'the right password' stance-agent --once -f "$D/alice.conf"
same 'alice is known by her name' user:alice \
    "$(stancectl --json endpoints | json "d[0]['identity']")"
password 'through the looking-glass'
status 'a wrong password' 3 stance-agent --once -f "$D/alice.conf"
logged 'the log says so' 'warn.*session over.*phase=negotiation'
ok 'who has a certificate needs none' stance-agent --once -f "$D/agent.conf"
same 'two endpoints' 2 "$(stancectl --json endpoints | json 'len(d)')"

note 'the password changes'
echo "alice:$(hash_of 'through the looking-glass')" >"$D/users"
kill -HUP "$(manager_pid)"
logged 'reloaded' 'info.*configuration reloaded'
ok 'the new one is right now' stance-agent --once -f "$D/alice.conf"
echo 'alice' >"$D/users"
kill -HUP "$(manager_pid)"
logged 'a bad file is refused with its line' 'error.*users:1: not of the form'
ok 'and the old one stays' stance-agent --once -f "$D/alice.conf"

note 'nobody without either'
sed '/^sasl/,$d' "$D/alice.conf" >"$D/nobody.conf"
status 'the agent says that it has neither' 2 stance-agent --once -f "$D/nobody.conf"
done_testing
