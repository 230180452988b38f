# Completion of codex-sessions and cxs for fish 3.1 and newer.

function __codex_sessions_complete
    set -l words (commandline -opc)
    # Without quotes; one may still be open.
    set -l current (string unescape -- (commandline -ct))
    or set current (string trim -l -c "\"'" -- (commandline -ct))
    set -l program codex-sessions
    # A path is taken as it is typed, so that a checkout completes by itself.
    set -l typed (string replace -r '^~/' "$HOME/" -- $words[1])
    if string match -q '*/*' -- $typed; and test -x $typed
        set program $typed
    end
    set -l lines (command $program __complete fish $words[2..-1] "$current" </dev/null 2>/dev/null)
    switch "$lines[1]"
        case files
            __fish_complete_path "$current"
        case directories
            set -l flag (string match -r -- '^--[^=]+=' "$current")
            set -l path (string replace -r -- '^--[^=]+=' '' "$current")
            for line in (__fish_complete_directories "$path" '')
                printf '%s%s\n' "$flag" $line
            end
        case values
            printf '%s\n' $lines[2..-1]
    end
end

complete -c codex-sessions -e
complete -c cxs -e
complete -c codex-sessions -f -k -a '(__codex_sessions_complete)'
complete -c cxs -f -k -a '(__codex_sessions_complete)'
