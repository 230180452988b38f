# Completion of codex-sessions and cxs for bash 4.2 and newer.

_codex_sessions() {
  local IFS=$' \t\n' program=codex-sessions typed offer answer
  COMPREPLY=()
  # A path is taken as it is typed, so that a checkout completes by itself.
  case ${1-} in
    */*)
      typed=$1
      case $typed in '~/'*) typed=${HOME-}/${typed#*/} ;; esac
      if [[ -x $typed ]]; then program=$typed; fi
      ;;
  esac
  answer=$(command "$program" __complete bash "${COMP_LINE:0:COMP_POINT}" \
    "$COMP_WORDBREAKS" "${COMP_TYPE-}" "${COLUMNS-}" </dev/null 2>/dev/null)$'\n'
  offer=${answer%%$'\n'*} answer=${answer#*$'\n'}
  while [[ -n $answer ]]; do
    COMPREPLY[${#COMPREPLY[@]}]=${answer%%$'\n'*}
    answer=${answer#*$'\n'}
  done
  case $offer in
    values)
      compopt -o nosort 2>/dev/null
      # The name of a session follows that of its machine.
      if [[ ${#COMPREPLY[@]} = 1 && ${COMPREPLY[0]} = */ ]]; then compopt -o nospace 2>/dev/null; fi
      ;;
    files) compopt -o default -o bashdefault 2>/dev/null ;;
    directories) compopt -o dirnames -o nospace 2>/dev/null ;;
  esac
  return 0
}

complete -F _codex_sessions codex-sessions cxs
