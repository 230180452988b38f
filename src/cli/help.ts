/** The help besides the tables of commands: names, keys, exit codes, environment. */
import type { Command } from './command-spec.ts';

export const MAIN_NOTES = `
Without a command: the switcher in a terminal, the list anywhere else.

Examples:
  codex-sessions start              this project's: started, or come back to
  codex-sessions start review       a second one beside it
  codex-sessions start fix -- -m gpt-5.1-codex
                                    what stands behind -- goes to Codex
  codex-sessions ls                 what runs, everywhere
  codex-sessions switch             choose one by typing

Names:
  review                            of this project; "main" if left out
  api:review                        of another project
  codex:api:review:1a2b3c4d         its full name, as ls --full shows it

Keys while attached:
  Ctrl-\\                            detach; the session goes on
  Ctrl-^ (Ctrl-6)                   the switcher; Enter there goes back

Exit codes:
  0  fine                           4  the name fits several sessions
  1  failure                        5  Codex was not found
  2  wrong usage                    6  not ready for a prompt, or open elsewhere
  3  no such session                7  the time limit of a wait
                                    8  nobody knows whether a prompt has arrived
  130  interrupted at a question, or by Ctrl-C in run
  start and attach that saw the session end: Codex's own code (128 + signal)

Environment:
  CODEX_SESSIONS_CODEX              the program to run (default: codex on PATH)
  CODEX_SESSIONS_DIR                state directory, by default
                                    ~/.local/state/codex-sessions
  CODEX_SESSIONS_SESSION            set inside a session: its full name
  CODEX_SESSIONS_DEBUG=1            with stack traces
  NO_COLOR                          without colours

Files:
  ~/.config/codex-sessions/config.toml
                                    detach_key, switch_key, scrollback,
                                    scrollback_on_attach, notify, [codex],
                                    [projects."/path"];
                                    $XDG_CONFIG_HOME is respected`;

/** The usual minimum width of a terminal; no line needs more. */
const COLUMNS = 80;

/** Examples in two columns or, if one is too wide for that, with each explanation below its line. */
export function commandNotes(program: string, { examples = [] }: Command): string {
  if (examples.length === 0) return '';
  const lines = examples.map(([line, does]) => [`${program} ${line}`, does] as const);
  const width = Math.max(...lines.map(([line]) => line.length));
  const fit = lines.every(([, does]) => 2 + width + 3 + does.length <= COLUMNS);
  const shown = lines.map(([line, does]) =>
    fit ? `  ${line.padEnd(width)}   ${does}` : `  ${line}\n      ${does}`,
  );
  return `\nExamples:\n${shown.join('\n')}`;
}
