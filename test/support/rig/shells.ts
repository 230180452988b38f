/** A user's shell in a terminal, with our completion installed as docs/install.md says. */
import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Terminal } from '../terminal/terminal.ts';
import { COMMAND } from './command.ts';
import type { Rig } from './rig.ts';

/** In Codex's place: says where it runs, and has a title. */
export const CODEX = `printf '\\033]0;Fix the parser: now\\007at %s\\n' "$PWD"; exec cat`;

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

const PROMPT = '%> ';

/** By how it is started with `file` in its home; each reads that before it asks for a line. */
const STARTS: Readonly<Record<Shell, { file: string; args: string[]; lines: string[] }>> = {
  bash: {
    file: '.bashrc',
    args: ['--noprofile', '-i'],
    lines: [`PS1='${PROMPT}'`, 'set +o history', 'source <(codex-sessions completion bash)'],
  },
  zsh: {
    file: '.zshrc',
    args: ['-d', '-i'],
    lines: [
      "PS1='%%> '",
      'unsetopt beep',
      'autoload -Uz compinit && compinit -D',
      'source <(codex-sessions completion zsh)',
    ],
  },
  fish: {
    file: '.config/fish/config.fish',
    args: ['-i'],
    lines: [
      `function fish_prompt; echo -n '${PROMPT}'; end`,
      'set -g fish_greeting',
      'set -g fish_autosuggestion_enabled 0',
      'codex-sessions completion fish | source',
    ],
  },
};

/** `.ci/run` installs what the tests need; a developer may have less. */
export function isInstalled(program: string): boolean {
  const directories = (process.env.PATH ?? '').split(':');
  return directories.some((directory) => existsSync(join(directory, program)));
}

export interface ShellOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Lines of its start-up file before ours. */
  readonly before?: readonly string[];
  readonly cols?: number;
  /** In place of the lines that install our completion. */
  readonly lines?: readonly string[];
}

/** A directory with the names under which the command is installed. */
function installed(rig: Rig): string {
  const directory = join(rig.root, 'installed');
  mkdirSync(directory, { recursive: true });
  for (const name of ['codex-sessions', 'cxs'])
    try {
      symlinkSync(COMMAND, join(directory, name));
    } catch {
      // By another shell of this test.
    }
  return directory;
}

export async function openShell(
  rig: Rig,
  shell: Shell,
  { env, cwd, before = [], cols = 100, lines = STARTS[shell].lines }: ShellOptions = {},
): Promise<Terminal> {
  const { file, args } = STARTS[shell];
  rig.file(join('home', file), [...before, ...lines, ''].join('\n'));
  const terminal = rig.openProgram(shell, args, {
    cols,
    env: { PATH: `${installed(rig)}:${rig.env.PATH}`, ...env },
    ...(cwd !== undefined && { cwd }),
  });
  await terminal.waitFor(/^%>\s*$/m, { what: `the prompt of ${shell}` });
  return terminal;
}

/** Takes back the line that is being typed, and all above. */
export async function clear(terminal: Terminal): Promise<void> {
  terminal.press('ctrl+u');
  await terminal.waitFor(/%>\s*$/);
  terminal.press('ctrl+l');
  await terminal.waitFor(/^%>\s*$/);
}

/** The line is that, and a space after it: the word is complete. */
export async function completed(terminal: Terminal, line: string): Promise<void> {
  await terminal.waitFor(
    (screen) => screen.split('\n').some((one) => /^%> (.*?) +$/.exec(one)?.[1] === line),
    {
      what: `the line ${line}`,
    },
  );
}
