/**
 * `log HOST/NAME` in a terminal: formatted there for this terminal, and shown in the pager on this machine.
 */
import { isatty } from 'node:tty';
import type { Line } from '../../remote/index.ts';
import { say } from '../../terminal/output.ts';
import { safeLines, safePainted } from '../../terminal/safe-text.ts';
import type { FarCommand } from './far-command.ts';
import { outputOf } from './output.ts';
import { withOwnTerminal } from './terminal.ts';

/** As on this machine: not what is being followed, nor what is for scripts. */
export function isPaged({ command, options }: FarCommand): boolean {
  const { json, follow, last, list, noPager } = options;
  return command === 'log' && isatty(1) && !json && !follow && !last && !list && !noPager;
}

/** @returns the exit code there */
export async function pageFar(line: Line, { command, words }: FarCommand): Promise<number> {
  const how = { command, answers: false, reads: false };
  const { code, out, errors } = await withOwnTerminal(how, (terminal) =>
    outputOf(line, words, { terminal }),
  );
  if (out !== '') {
    const { page } = await import('../../terminal/pager.ts');
    await page(safePainted(out));
  }
  if (errors !== '') say(safeLines(errors.trimEnd()));
  return code;
}
