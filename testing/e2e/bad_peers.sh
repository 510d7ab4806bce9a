#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Peers that are silent, send noise, half messages, lengths of 4 GB, and every malformed vector,
# at every stage: the manager ends each of them within its deadlines with one line in the log,
# its memory stays flat, and good agents are served meanwhile. All of them come from one address,
# and addresses are not penalized here, so that everything is tried at once; see penalized.sh.
# COUNT=10000 for the record.
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
count=${COUNT:-500} concurrent=${CONCURRENT:-200}
hostile_lab 'penalized_handshakes_per_second = 0'

rss() { awk '/^VmRSS/ { print $2 }' "/proc/$pid/status"; }
over() { grep -c 'session over' "$D/run/stanced.log"; }
bad() { "$bad_peer" "$D/pki" bad "$port" "$top/testing/vectors" "$1" "$concurrent" 30; }
# endpoints as an administrator sees them; the bad ones are not among them
good() { stancectl --json endpoints | json "' '.join(e['name'] for e in d)"; }

"$lab" start "$D" || exit 1
pid=$(manager_pid)
ok 'an assessment' stance-agent --once
known=$(good)
bad $((concurrent * 3)) >/dev/null 2>&1 # what so many at once make us keep is there now
before=$(rss)
lines=$(over)
begun=$(date +%s)

bad "$count" >"$D/bad.out" 2>&1 &
bad=$!
served=0 asked=0
while kill -0 $bad 2>/dev/null; do
    stance-agent --once >/dev/null 2>&1 && served=$((served + 1))
    asked=$((asked + 1))
    sleep 0.2
done
wait $bad
same 'each of them is ended in time' 0 $?
sed 's/^/# /' "$D/bad.out"
note "$(($(date +%s) - begun)) s; $served of $asked good assessments meanwhile"
same 'good agents are served meanwhile' "$asked" "$served"
after=$(rss)
note "RSS before: $before kB, after: $after kB"
ok 'memory is flat' test $((after - before)) -lt $((before / 10 + 4096))
same 'one line in the log for each' "$count" $(($(over) - lines))
same 'the same process' "$pid" "$(manager_pid)"
ok 'and it still serves' stance-agent --once
same 'nothing of the bad ones is stored' "$known" "$(good)"
same 'no session is left' 0 "$(stancectl --json status | json "d['sessions']")"
done_testing
