# shellcheck shell=bash disable=SC2207
# Completion of stancectl for bash. What can be completed is asked of stancectl itself.
_stancectl()
{
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command='' word
    local help words

    COMPREPLY=()
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        case $word in
            endpoints|endpoint|software|changes|status|help) command=$word; break ;;
        esac
    done
    case $prev in
        --socket) COMPREPLY=($(compgen -f -- "$cur")); return ;;
        --timeout|--as-of|--since|--until) return ;;
        --kind) words='software facts results endpoints notices assessments all' ;;
        --endpoint|endpoint) # names that endpoints chose: compgen would expand them
            words=$(stancectl --timeout 2 endpoints --csv 2>/dev/null |
                sed -n '2,$s/,.*//p' | grep -E '^[A-Za-z0-9._:@-]+$') ;;
        *)
            case $cur,$command in
                -*,?*) help=$(stancectl help "$command" 2>/dev/null)
                    words=$(grep -o -e '^  --[a-z-]*' <<<"$help") ;;
                -*,) help=$(stancectl help 2>/dev/null)
                    words=$(grep -o -e '^  --[a-z-]*' <<<"$help") ;;
                *,endpoint) words='software facts results events' ;;
                *,|*,help) words='endpoints endpoint software changes status help' ;;
            esac ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F _stancectl stancectl
