/** Shows text in the user's pager, as git does, if it does not fit on the terminal's screen. */
import { isatty } from 'node:tty';
import { signs } from './ascii.ts';
import { printPainted, terminalSize } from './output.ts';
import { safePainted, textColumns } from './safe-text.ts';

/**
 * Options for less: exit at once if the text fits after all, pass colours on, leave the text on the
 * screen.
 */
const LESS = 'FRX';
/** … of which only the colours are added if the user has set options. */
const LESS_COLORS = '-R';
/** A shell's exit codes for a command that it cannot run, or does not find. */
const NOT_RUN = [126, 127];

/**
 * Resolves when the user has left the pager. `painted`: parts must be safe, as for `printPainted`.
 */
export async function page(painted: string, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const pager = pagerOf(env);
  if (pager === undefined || fits(painted) || !(await shownBy(pager, painted, env)))
    printPainted(painted);
}

/** The pager's command line; undefined if there is none, or if it could not draw. */
function pagerOf(env: NodeJS.ProcessEnv): string | undefined {
  if (!isatty(1) || env.TERM === 'dumb') return undefined;
  const named = env.CODEX_SESSIONS_PAGER || env.PAGER || 'less';
  return named === 'cat' ? undefined : named;
}

function fits(painted: string): boolean {
  const { cols, rows } = terminalSize();
  const lines = painted
    .trimEnd()
    .replace(/\x1b\[[\d;]*m/g, '')
    .split('\n');
  // The last row is for the shell's prompt.
  let left = rows - 1;
  for (const line of lines) {
    left -= Math.max(1, Math.ceil(textColumns(line) / cols));
    if (left < 0) return false;
  }
  return true;
}

/** False if there is no such program, or if it cannot be run. */
async function shownBy(pager: string, painted: string, env: NodeJS.ProcessEnv): Promise<boolean> {
  const { execa } = await import('../platform/execa.ts');
  // Ctrl-C is for the pager.
  const ignore = () => {};
  process.on('SIGINT', ignore);
  try {
    const isDefault = pager === 'less';
    const { exitCode, signal } = await execa(
      isDefault ? 'less' : '/bin/sh',
      isDefault ? [] : ['-c', pager],
      {
        input: signs(safePainted(painted)),
        stdout: 'inherit',
        stderr: 'inherit',
        env: { ...env, LESS: env.LESS ? `${LESS_COLORS} ${env.LESS}` : LESS },
        extendEnv: false,
        reject: false,
      },
    );
    return exitCode === undefined ? signal !== undefined : !NOT_RUN.includes(exitCode);
  } finally {
    process.off('SIGINT', ignore);
  }
}
