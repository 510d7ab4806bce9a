#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A connected agent tells what happens to its software as it happens: each change is seen by
# `stancectl changes --follow` within two seconds, with the right action and version.
# shellcheck source=testing/e2e/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=testing/e2e/endpoint.sh
. "$top/testing/e2e/endpoint.sh"

venv=$root/opt/venv
mkdir -p "$root/usr/lib/swidtag" "$root/opt"
cat >>"$D/imc-swima.conf" <<EOF
sources = { "dpkg", "swid", "pip" }
pip_directories = { "/opt/venv" }
EOF

# The changes as they are followed: "nanosecond action name version".
stamped() {
    python3 -uc '
import json, sys, time
for line in sys.stdin:
    c = json.loads(line)
    print(time.time_ns(), c["change"][9:], c["name"], c["version"])'
}

# seen NAME LINE...: each "action name version" has been followed, exactly once, and nothing else.
# How long that took is told: two seconds are what it may take, on a machine that is not busy with
# something else.
lines=0 worst=0
seen() {
    name=$1 start=$(date +%s%N) tries=0
    shift
    want=$(printf '%s\n' "$@" | LC_ALL=C sort)
    until got=$(tail -n +$((lines + 1)) "$D/follow" | cut -d' ' -f2- | LC_ALL=C sort) &&
        [ "$got" = "$want" ]; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || break
        sleep 0.05
    done
    same "$name" "$want" "$got"
    took=$((($(tail -n 1 "$D/follow" | cut -d' ' -f1) - start) / 1000000))
    [ $took -ge 0 ] || took=0 # seen before the command was done
    [ $took -le $worst ] || worst=$took
    note "  after $took ms"
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
# wheel NAME VERSION: makes one that pip can install without asking anybody; prints its path.
wheel() {
    python3 - "$D" "$1" "$2" <<'EOF'
import base64, hashlib, sys, zipfile
folder, name, version = sys.argv[1:]
info = f"{name}-{version}.dist-info"
path = f"{folder}/{name}-{version}-py3-none-any.whl"
files = {
    f"{name}/__init__.py": f"version = '{version}'\n",
    f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
    f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}
with zipfile.ZipFile(path, "w") as z:
    record = ""
    for f, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
        record += f"{f},sha256={digest.rstrip(b'=').decode()},{len(text)}\n"
        z.writestr(f, text)
    z.writestr(f"{info}/RECORD", record + f"{info}/RECORD,,\n")
print(path)
EOF
}
# pip_install NAME VERSION: into the virtual environment, by pip where there is one that can.
pip=
if python3 -m venv --without-pip "$venv" 2>/dev/null &&
    python3 -m pip --python "$venv/bin/python3" --version >"$D/pip.log" 2>&1; then
    pip=$(cut -d' ' -f1,2 "$D/pip.log")
else
    mkdir -p "$venv/lib/python3/site-packages"
    echo 'version = 3' >"$venv/pyvenv.cfg"
fi
pip_install() {
    file=$(wheel "$1" "$2")
    if [ -n "$pip" ]; then
        PIP_CONFIG_FILE=/dev/null python3 -m pip --python "$venv/bin/python3" install --quiet \
            --disable-pip-version-check --no-index --no-deps --no-cache-dir "$file" \
            >"$D/pip.log" 2>&1 || note "pip failed: $(cat "$D/pip.log")"
    else
        (cd "$venv"/lib/python3*/site-packages && rm -rf "$1"-*.dist-info &&
            python3 -m zipfile -e "$file" .)
    fi
}

package alpha 1.0
package beta 2.0-1
"$lab" start "$D" || exit 1
agent_start
ok 'the first picture' known_is 'alpha=1.0 beta=2.0-1' 20
mkfifo "$D/pipe"
stamped <"$D/pipe" >"$D/follow" &
setsid stancectl --json changes --follow --kind software >"$D/pipe" 2>"$D/follow.err" &
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
note "pip: ${pip:-none, by hand}"
pip_install requests 2.31.0
seen 'pip install' 'added requests 2.31.0'
pip_install requests 2.32.0
seen 'pip install --upgrade' 'removed requests 2.31.0' 'added requests 2.32.0'

note "the slowest took $worst ms"
same 'all of that on one connection' 1 "$(grep -c 'manager=localhost result' "$D/agent.log" |
    xargs test 1 -le && grep -c 'session over' "$D/agent.log" | grep -c '^0$')"
same 'the picture is the truth' "$(truth) requests=2.32.0" "$(known)"

note 'records say which files there are'
agent_end TERM
printf 'evidence = true\nscan_interval_s = 1\n' >>"$D/imc-swima.conf"
agent_start
seen 'they are known for the first time' 'altered alpha 1.1' 'altered delta 1' \
    'altered epsilon 2' 'altered requests 2.32.0'
echo 'somebody was here' >>"$root/usr/share/alpha/version"
seen 'a file is not as it was' 'altered alpha 1.1'
cp "$root/usr/share/alpha/version" "$D/version" && mv "$D/version" "$root/usr/share/alpha/version"
touch "$root/usr/share/delta/version"
sleep 2
same 'the same content again is nothing' "$lines" "$(wc -l <"$D/follow")"
package delta 2
seen 'an upgrade' 'removed delta 1' 'added delta 2' 'altered delta 2'
kill $follower
done_testing
