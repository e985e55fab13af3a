export const shells = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof shells)[number];

/**
 * What a shell reads once: it then asks `causeway complete` with the words typed so far. The answer is a word a line, or
 * `:files` where a file is wanted.
 */
export const scripts: Readonly<Record<Shell, string>> = {
  bash: `_causeway() {
  local answer IFS=$'\\n'
  answer=$(causeway complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [ "$answer" = ":files" ]; then
    COMPREPLY=($(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}"))
    compopt -o filenames 2>/dev/null
  else
    COMPREPLY=($(compgen -W "$answer" -- "\${COMP_WORDS[COMP_CWORD]}"))
  fi
}
complete -F _causeway causeway
`,
  zsh: `#compdef causeway
_causeway() {
  local -a answer
  answer=("\${(@f)$(causeway complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ "$answer[1]" == ":files" ]]; then
    _files
  else
    compadd -- $answer
  fi
}
if [[ "$funcstack[1]" == "_causeway" ]]; then
  _causeway "$@"
else
  compdef _causeway causeway
fi
`,
  fish: `function __causeway_complete
  set -l typed (commandline -opc)
  set -l answer (causeway complete -- $typed[2..-1] "$(commandline -ct)" 2>/dev/null)
  if test "$answer" = ":files"
    __fish_complete_path (commandline -ct)
  else
    string join \\n -- $answer
  end
end
complete -c causeway -f -a '(__causeway_complete)'
`,
};
