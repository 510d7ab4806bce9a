#!/bin/sh
# A connected agent tells what happens to its software as it happens: each change is seen by
# `stancectl changes --follow` within two seconds, with the right action and version.
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=testing/e2e/endpoint.sh
. "$top/testing/e2e/endpoint.sh"

site=$root/opt/venv/lib/python3.11/site-packages
mkdir -p "$root/usr/lib/swidtag" "$site"
cat >>"$D/imc-swima.conf" <<EOF
sources = { "dpkg", "swid", "pip" }
pip_directories = { "/opt/venv/lib/python3*/site-packages" }
EOF

# seen NAME LINE...: each "action name version" has been followed within two seconds from now,
# exactly once, and nothing else.
lines=0 worst=0
seen() {
    name=$1 start=$(date +%s%N)
    shift
    want=$(printf '%s\n' "$@" | LC_ALL=C sort)
    until got=$(tail -n +$((lines + 1)) "$D/follow" | python3 -c '
import json, sys
for line in sys.stdin:
    if line.endswith("\n"):
        c = json.loads(line)
        print(c["change"][9:], c["name"], c["version"])' | LC_ALL=C sort) && [ "$got" = "$want" ]; do
        [ $(($(date +%s%N) - start)) -lt 5000000000 ] || break
        sleep 0.02
    done
    took=$((($(date +%s%N) - start) / 1000000))
    [ $took -le $worst ] || worst=$took
    same "$name" "$want" "$got"
    [ $took -le 2000 ]
    verdict "  within two seconds: $took ms" $?
    lines=$(wc -l <"$D/follow")
}
tag() {
    cat >"$D/tag" <<EOF
<?xml version="1.0" encoding="utf-8"?>
<SoftwareIdentity xmlns="http://standards.iso.org/iso/19770/-2/2015/schema.xsd" name="$1"
 tagId="$1-$2" version="$2"><Entity name="Example" regid="example.org" role="tagCreator"/>
<!-- ${3:-} --></SoftwareIdentity>
EOF
    cp "$D/tag" "$root/usr/lib/swidtag/.new" && mv "$root/usr/lib/swidtag/.new" "$root/usr/lib/swidtag/$1.swidtag"
}
wheel() {
    mkdir -p "$site/$1-$2.dist-info"
    printf 'Metadata-Version: 2.1\nName: %s\nVersion: %s\n' "$1" "$2" \
        >"$site/$1-$2.dist-info/METADATA"
}

package alpha 1.0
package beta 2.0-1
"$lab" start "$D" || exit 1
agent_start
ok 'the first picture' known_is 'alpha=1.0 beta=2.0-1' 20
setsid stancectl --json changes --follow --kind software >"$D/follow" 2>"$D/follow.err" &
follower=$!
sleep 1

package gamma 3:1.2+b1
seen 'dpkg -i of a new package' 'added gamma 3:1.2+b1'
package alpha 1.1
seen 'an upgrade' 'removed alpha 1.0' 'added alpha 1.1'
private_dpkg --remove gamma
seen 'dpkg -r' 'removed gamma 3:1.2+b1'
package delta 1 && package epsilon 2
private_dpkg --purge beta
seen 'three in a row' 'added delta 1' 'added epsilon 2' 'removed beta 2.0-1'
tag Widget 1.0
seen 'a tag file is dropped' 'added Widget 1.0'
tag Widget 1.0 'not as it was'
seen 'it is altered' 'altered Widget 1.0'
rm "$root/usr/lib/swidtag/Widget.swidtag"
seen 'it is removed' 'removed Widget 1.0'
wheel requests 2.31.0
seen 'pip installs' 'added requests 2.31.0'
rm -r "$site/requests-2.31.0.dist-info"
wheel requests 2.32.0
seen 'pip upgrades' 'removed requests 2.31.0' 'added requests 2.32.0'

note "the slowest took $worst ms"
kill $follower
same 'all of that on one connection' 1 "$(grep -c 'manager=localhost result' "$D/agent.log" |
    xargs test 1 -le && grep -c 'session over' "$D/agent.log" | grep -c '^0$')"
same 'the picture is the truth' "$(truth) requests=2.32.0" "$(known)"
done_testing
