# shellcheck shell=sh
# For end-to-end scripts, after lib.sh: an endpoint whose software is a dpkg database of its own
# below $root, with an agent that stays connected.
root=$D/root
mkdir -p "$root/etc" "$root/proc" "$root/var/lib/dpkg/info" "$root/var/lib/dpkg/updates" "$D/deb"
cp /etc/os-release "$root/etc/os-release"
: >"$root/var/lib/dpkg/status"
echo "root = \"$root\"" >"$D/imc-swima.conf"
printf 'backoff_min = 1\nbackoff_max = 2\n' >>"$D/agent.conf"
agent=

private_dpkg() {
    dpkg --root="$root" --log="$D/dpkg.log" --force-not-root,bad-path "$@" >/dev/null 2>&1
}

# package_file NAME VERSION: makes a package that holds one file; prints its path.
package_file() {
    file=$D/deb/$1_$2.deb
    if [ ! -e "$file" ]; then
        tree=$D/deb/$1
        mkdir -p "$tree/DEBIAN" "$tree/usr/share/$1"
        echo "$2" >"$tree/usr/share/$1/version"
        cat >"$tree/DEBIAN/control" <<EOF
Package: $1
Version: $2
Architecture: all
Maintainer: Tests <tests@example.org>
Description: made for a test
EOF
        dpkg-deb --root-owner-group -b "$tree" "$file" >/dev/null || exit 1
    fi
    echo "$file"
}

# package NAME VERSION: makes and installs it.
package() {
    private_dpkg -i "$(package_file "$1" "$2")"
}

agent_start() {
    setsid stance-agent -f "$D/agent.conf" >>"$D/agent.log" 2>&1 </dev/null &
    agent=$!
}

# agent_end SIGNAL
agent_end() {
    [ -n "$agent" ] || return 0
    kill "-$1" "$agent" 2>/dev/null
    wait "$agent" 2>/dev/null
    agent=
}

endpoint_end() {
    status=$?
    agent_end KILL
    [ "${failures:-0}" -eq 0 ] || tail -n 20 "$D/agent.log" 2>/dev/null | sed 's/^/# agent: /'
    (exit $status)
    e2e_end
}
trap endpoint_end EXIT

# What dpkg says is installed: "name=version" words, sorted.
truth() {
    dpkg-query --admindir="$root/var/lib/dpkg" -W \
        -f '${db:Status-Status} ${Package}=${Version}\n' 2>/dev/null |
        awk '$1 ~ /^(installed|unpacked|half-configured|triggers-)/ { print $2 }' |
        LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//'
}

endpoint() { stancectl --json endpoints 2>/dev/null | json "d[0]['name']" 2>/dev/null; }

# What the manager says is installed, in the same form; once.
known() {
    stancectl --json endpoint "$(endpoint)" software 2>/dev/null | json "
' '.join(sorted(r['name'] + '=' + r['version'] for r in d))" 2>/dev/null
}

# known_is WORDS SECONDS: waits until the manager knows exactly that.
known_is() {
    deadline=$(($(date +%s) + $2))
    until got=$(known) && [ "$got" = "$1" ]; do
        [ "$(date +%s)" -lt $deadline ] || break
        sleep 0.1
    done
    [ "$got" = "$1" ] || printf '# expected: %s\n# got:      %s\n' "$1" "$got"
    [ "$got" = "$1" ]
}

now() { date -u +%Y-%m-%dT%H:%M:%S.%6NZ; }

# changes SINCE: what the manager says about software after that moment: sorted lines
# "action name version".
changes() {
    stancectl --json changes --since "$1" |
        json "'\n'.join(' '.join((c['change'], c['name'], c['version'])) for c in d
              if c['change'].startswith('software-'))" | LC_ALL=C sort
}
