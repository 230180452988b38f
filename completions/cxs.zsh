#compdef codex-sessions cxs
# Completion of codex-sessions and cxs for zsh 5.1 and newer.

_codex_sessions() {
  local program=codex-sessions typed=${(Q)words[1]} offer line value
  local -a lines entries machines
  # A path is taken as it is typed, so that a checkout completes by itself.
  if [[ $typed == */* && -x ${~typed} ]]; then program=${~typed}; fi
  lines=("${(@f)$(command $program __complete zsh "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" \
    2>/dev/null </dev/null)}")
  offer=${lines[1]-}
  case $offer in
    files) _files ;;
    directories)
      compset -P '--[^=]#='
      _files -/
      ;;
    values)
      for line in "${(@)lines[2,-1]}"; do
        line=${line//\\/\\\\}
        value=${line%%$'\t'*}
        line="${value//:/\\:}:${line#*$'\t'}"
        # The name of a session follows that of its machine.
        if [[ $value == */ ]]; then machines+=("$line"); else entries+=("$line"); fi
      done
      _describe -V codex-sessions entries -- machines -S ''
      ;;
  esac
}

if [[ ${zsh_eval_context[-1]-} == loadautofunc ]]; then
  _codex_sessions "$@"
else
  if ! (( ${+functions[compdef]} )); then
    autoload -Uz compinit && compinit -i
  fi
  compdef _codex_sessions codex-sessions cxs
fi
