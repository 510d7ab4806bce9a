#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Who may not speak is told so by TLS, and the log says in one line who it was and why. The
# agent in turn speaks to its manager only.
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
pki=$top/scripts/pki

$pki ca "$D/pki" foreign >/dev/null
$pki cert "$D/pki" stranger --ca foreign --usage client --dns stranger.example >/dev/null
$pki cert "$D/pki" late --usage client --dns late.example --expired >/dev/null
$pki cert "$D/pki" early --usage client --dns early.example --future >/dev/null
$pki cert "$D/pki" server-only --usage server --dns server-only.example >/dev/null
$pki cert "$D/pki" wild --usage server --dns '*.example' >/dev/null
$pki cert "$D/pki" other --usage server --dns other.example >/dev/null

# agent_with KEY=VALUE...: agent.conf with these values of its tls section replaced.
agent_with() {
    cp "$D/agent.conf" "$D/try.conf"
    for pair; do
        sed -i "s|^\( *\)${pair%%=*} = .*|\1${pair%%=*} = \"${pair#*=}\"|" "$D/try.conf"
    done
}
lines() { grep -vc 'address penalized' "$D/run/stanced.log"; }

# refused NAME PATTERN: the agent of try.conf is turned away with one line in the log.
refused() {
    before=$(lines)
    status "$1: the agent is turned away" 3 stance-agent --once -f "$D/try.conf"
    explained "$@"
}

# refused_bare NAME PATTERN ARGUMENT...: so is a TLS client with these arguments, where our own
# agent would not even try.
refused_bare() {
    before=$(lines) name=$1 pattern=$2
    shift 2
    sleep 2 | timeout 10 openssl s_client -connect "127.0.0.1:$port" -CAfile "$D/pki/ca.crt" \
        -servername localhost "$@" >"$D/s_client" 2>&1
    ok "$name: the handshake fails" grep -qi 'alert.*certificate' "$D/s_client"
    explained "$name" "$pattern"
}

explained() {
    logged "$1: the log says why" "$2"
    same "$1: in one line" 1 $(($(lines) - before))
    status "$1: nobody new is known" 1 stancectl endpoints
}

"$lab" start "$D" || exit 1
agent_with certificate=pki/stranger.crt key=pki/stranger.key
refused 'foreign authority' 'warn.*peer=127\.0\.0\.1.*(issuer|self-signed|unable to get)'
refused_bare 'expired' 'warn.*peer=127\.0\.0\.1.*expired' \
    -cert "$D/pki/late.crt" -key "$D/pki/late.key"
agent_with certificate=pki/early.crt key=pki/early.key
refused 'not yet valid' 'warn.*peer=127\.0\.0\.1.*not yet valid'
agent_with certificate=pki/server-only.crt key=pki/server-only.key
refused 'not for clients' 'warn.*peer=127\.0\.0\.1.*purpose'

refused_bare 'no certificate' 'warn.*peer=127\.0\.0\.1.*no certificate'

logged 'their address is penalized by now' 'warn.*address penalized: peer=127\.0\.0\.1 '
same 'which is logged once' 1 "$(grep -c 'address penalized' "$D/run/stanced.log")"
ok 'and a good endpoint there is served' stance-agent --once

note 'a manager that is not ours'
"$lab" stop "$D"
for wrong in other wild; do
    sed -i "s|^\( *\)certificate = .*|\1certificate = \"pki/$wrong.crt\"|
        s|^\( *\)key = .*|\1key = \"pki/$wrong.key\"|" "$D/stance.conf"
    "$lab" start "$D" || exit 1
    agent_with port="$port"
    sed -i "s|port = \"\(.*\)\"|port = \1|; s|name = .*|name = \"host.example\"|" "$D/try.conf"
    status "a manager called $wrong: the agent does not speak to it" 3 \
        stance-agent --once -f "$D/try.conf"
    "$lab" stop "$D"
done
done_testing
