# shellcheck shell=bash disable=SC2207
# Completion of stancectl for bash. Commands, options and views come from the help of stancectl.
_stancectl_help()
{
    stancectl help ${1:+"$1"} 2>/dev/null
}

# _stancectl_names endpoints|groups: prints their names. Endpoints choose their names, so names with
# characters that compgen expands are omitted.
_stancectl_names()
{
    stancectl --timeout 2 "$1" --csv 2>/dev/null |
        sed -n '2,$s/,.*//p' | grep -E '^[A-Za-z0-9._:@-]+$'
}

_stancectl()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command='' word
    local commands words=''

    COMPREPLY=()
    commands=$(_stancectl_help | sed -n 's/^  \([a-z][a-z]*\).*/\1/p')
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case " ${commands//$'\n'/ } help " in
            *" $word "*) command=$word; break ;;
        esac
    done
    case $prev,$cur,$command in
        --socket,*) COMPREPLY=($(compgen -f -- "$cur")); return ;;
        --as-of,*|--known-at,*|--since,*|--until,*|--from,*|--to,*) words='now today yesterday' ;;
        --timeout,*|--within,*|--platform,*|--version,*) return ;;
        --group,*) words=$(_stancectl_names groups) ;;
        --kind,*) words='software facts results endpoints notices assessments all' ;;
        --endpoint,*|endpoint,*) words=$(_stancectl_names endpoints) ;;
        *,-*,*) words=$(_stancectl_help "$command" | grep -o -e '^  --[a-z-]*') ;;
        *,|*,help) words="$commands help" ;;
        *,assess|*,diff|*,forget) words=$(_stancectl_names endpoints) ;;
        *) # views, from the synopsis: "endpoint NAME [software|facts]"
            words=$(_stancectl_help "$command" |
                sed -n '1s/.*\[\([a-z][a-z]*|[a-z|]*\)\].*/\1/p' | tr '|' '\n') ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _stancectl stancectl
