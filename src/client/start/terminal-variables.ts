/**
 * A session has a terminal of its own, and outlives the one that it was started from. So its
 * environment describes its own terminal: {@link OWN} is set, {@link FOREIGN} is left out. tmux
 * does the same for TERM, COLORTERM, TERM_PROGRAM, TMUX and TMUX_PANE.
 */

/** What every session gets. */
const OWN: Readonly<Record<string, string>> = {
  // In every terminfo database, and what the screen model implements.
  TERM: 'xterm-256color',
  // 24-bit colours reach the clients' terminals and are kept by the screen model.
  COLORTERM: 'truecolor',
};

/** Names, or their beginnings followed by `*`, and why they are not passed on. */
const FOREIGN: readonly (readonly [why: string, names: string])[] = [
  ['sequences would be wrapped for a multiplexer (Codex: OSC 52)', 'TMUX TMUX_PANE ZELLIJ*'],
  ["screen's, with the capabilities of its terminal", 'STY WINDOW TERMCAP'],
  // Codex chooses between OSC 9 and BEL by these; BEL is understood everywhere.
  ['features are chosen by the name', 'TERM_PROGRAM* TERM_FEATURES LC_TERMINAL* TERMINAL_EMULATOR'],
  ['as above', 'KITTY_* WEZTERM_* GHOSTTY_* ALACRITTY_* KONSOLE_* ITERM_* GNOME_TERMINAL_*'],
  ['as above', 'VTE_VERSION XTERM_VERSION WT_SESSION WT_PROFILE_ID ConEmu*'],
  ['a window or tab, which scripts address', 'WINDOWID TERM_SESSION_ID TILIX_ID TERMINATOR_UUID'],
  ['an editor that shows the terminal', 'INSIDE_EMACS EMACS NVIM VIM_TERMINAL VSCODE_INJECTION'],
  ['programs believe them before the size that the kernel knows', 'COLUMNS LINES'],
  ['the background is asked of the terminal', 'COLORFGBG'],
  // TERMINFO_DIRS is the system's or the user's, and stays.
  ["the database of one terminal's program (kitty, Ghostty)", 'TERMINFO'],
  ['the device of another terminal, to which passwords would be asked for', 'SSH_TTY GPG_TTY'],
];

const foreignNames = FOREIGN.flatMap(([, names]) => names.split(' '));
const EXACT = new Set(foreignNames.filter((name) => !name.endsWith('*')));
const PREFIXES = foreignNames.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));

/** `KITTY_CONFIG_DIRECTORY` and the like are the user's settings. */
const SETTING = '_CONFIG_';

/**
 * Removes from `env` what describes the terminal of the shell that starts the session, and adds
 * what describes the session's own.
 */
export function describeOwnTerminal(env: Record<string, string>): void {
  // Terminal.app before macOS 26 misreads 24-bit colours, and its users will look at the session in
  // it.
  const fewColors = env.TERM_PROGRAM === 'Apple_Terminal' && !env.COLORTERM;
  for (const name of Object.keys(env)) if (isForeign(name)) delete env[name];
  Object.assign(env, OWN);
  if (fewColors) delete env.COLORTERM;
}

function isForeign(name: string): boolean {
  if (EXACT.has(name)) return true;
  return !name.includes(SETTING) && PREFIXES.some((prefix) => name.startsWith(prefix));
}
