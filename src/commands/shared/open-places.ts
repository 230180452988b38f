/**
 * Command lines that open a program in a tab, a pane or a window of the terminal or multiplexer
 * around us. Sources: tmux(1); zellij.dev/documentation (zellij run, cli-actions,
 * creating-a-layout); sw.kovidgoyal.net/kitty/remote-control (launch); wezterm.org/cli/cli (spawn,
 * split-pane).
 */
import { join } from 'node:path';
import { programOnPath } from '../../platform/programs.ts';

export const PLACES = ['tab', 'pane', 'window'] as const;
export type Where = (typeof PLACES)[number];

/** What is to run there. */
export interface Content {
  /** Program and arguments, not read by a shell. */
  readonly command: readonly string[];
  /** For a title. */
  readonly name: string;
  readonly cwd: string;
}

export interface Opening {
  /** For messages. */
  readonly tool: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Content of a file whose path is the last argument; read before the program ends. */
  readonly file?: { readonly name: string; readonly text: string };
  /** What to do if it refuses. */
  readonly hint?: string;
}

/**
 * The innermost of those that tell a program that it runs in them; undefined if there is none. tmux
 * and zellij come first, as the variables of the terminal around them are visible in them too.
 * @param isDrawing this process draws on the terminal, and reads its replies itself
 */
export function openingIn(
  env: NodeJS.ProcessEnv,
  where: Where,
  content: Content,
  isDrawing: boolean,
): Opening | undefined {
  if (env.TMUX) return inTmux(env, where, content);
  if (env.ZELLIJ !== undefined) return inZellij(where, content);
  if (env.KITTY_WINDOW_ID) return inKitty(env, where, content, isDrawing);
  if (env.WEZTERM_PANE) return inWezTerm(env, where, content);
  return undefined;
}

/** A window in tmux is a tab; tmux cannot open windows of the terminal around it. */
function inTmux(env: NodeJS.ProcessEnv, where: Where, { command, name, cwd }: Content): Opening {
  // Beside this process, which TMUX_PANE names, not in the pane that the user looks at now.
  const at = ['-c', tmuxFormat(cwd)];
  const args =
    where === 'pane'
      ? ['split-window', '-h', ...(env.TMUX_PANE ? ['-t', env.TMUX_PANE] : []), ...at]
      : ['new-window', '-a', '-n', tmuxFormat(name), ...at];
  // A semicolon at the end of an argument would begin another tmux command.
  const all = [...args, ...command].map((arg) => arg.replace(/;$/, '\\;'));
  return { tool: 'tmux', program: 'tmux', args: all };
}

/**
 * A format that gives `text`, which contains a stranger's directory name: tmux would run `#(…)` in
 * it.
 */
function tmuxFormat(text: string): string {
  return text.replace(/#+(?![#[])/g, '$&$&');
}

/** zellij opens a command in a tab only by a layout; it cannot open windows of the terminal. */
function inZellij(where: Where, { command, name, cwd }: Content): Opening {
  const common = { tool: 'zellij', program: 'zellij' };
  const named = ['--name', name, '--cwd', cwd];
  if (where === 'pane') {
    const how = ['--close-on-exit', '--direction', 'right'];
    return { ...common, args: ['run', ...how, ...named, '--', ...command] };
  }
  return {
    ...common,
    args: ['action', 'new-tab', ...named, '--layout'],
    file: { name: 'tab.kdl', text: zellijLayout(command) },
  };
}

/** With the bars of the default layout. */
function zellijLayout([program = '', ...args]: readonly string[]): string {
  const bar = (name: string, rows: number) =>
    `    pane size=${rows} borderless=true {\n        plugin location="zellij:${name}"\n    }\n`;
  return (
    `layout {\n${bar('tab-bar', 1)}` +
    `    pane command=${kdlString(program)} close_on_exit=true {\n` +
    `        args ${args.map(kdlString).join(' ')}\n    }\n` +
    `${bar('status-bar', 2)}}\n`
  );
}

/** A string of KDL 1.0 (kdl.dev), which has other escapes than JSON; what is no character becomes U+FFFD. */
export function kdlString(text: string): string {
  const escaped = text
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(/["\\]/g, '\\$&')
    .replace(/[\p{Cc}\u2028\u2029]/gu, (char) => `\\u{${char.charCodeAt(0).toString(16)}}`);
  return `"${escaped}"`;
}

const KITTY_TYPES: Readonly<Record<Where, string>> = {
  tab: 'tab',
  pane: 'window',
  window: 'os-window',
};

function inKitty(
  env: NodeJS.ProcessEnv,
  where: Where,
  { command, name, cwd }: Content,
  isDrawing: boolean,
): Opening {
  // Without a socket the reply comes through the terminal, like a key.
  const quiet = isDrawing && !env.KITTY_LISTEN_ON ? ['--no-response'] : [];
  const title = where === 'tab' ? ['--tab-title', name] : [];
  const how = ['--self', '--type', KITTY_TYPES[where], '--cwd', cwd, ...title];
  return {
    tool: 'kitty',
    program: programOnPath('kitten', env.PATH) ?? 'kitty',
    args: ['@', 'launch', ...quiet, ...how, ...command],
    hint: 'Set allow_remote_control in kitty.conf, and for Ctrl-O listen_on, too.',
  };
}

function inWezTerm(env: NodeJS.ProcessEnv, where: Where, { command, cwd }: Content): Opening {
  const own = env.WEZTERM_EXECUTABLE_DIR;
  const program = programOnPath('wezterm', env.PATH) ?? (own ? join(own, 'wezterm') : 'wezterm');
  const here = ['--pane-id', env.WEZTERM_PANE ?? '', '--cwd', cwd];
  const how = {
    tab: ['spawn', ...here],
    pane: ['split-pane', '--right', ...here],
    window: ['spawn', '--new-window', ...here],
  };
  return { tool: 'WezTerm', program, args: ['cli', ...how[where], '--', ...command] };
}
