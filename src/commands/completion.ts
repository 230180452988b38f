/** `completion`: prints the script with which a shell completes our command lines. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, usageError } from '../platform/errors.ts';
import { printExactly } from '../terminal/output.ts';

const SHELLS = ['bash', 'zsh', 'fish'];

export async function run(_options: object, [shell = '']: readonly string[]): Promise<number> {
  if (!SHELLS.includes(shell))
    throw usageError(
      `there is no completion for ${shell}`,
      'There is one for bash, zsh and fish: codex-sessions completion bash',
    );
  printExactly(readFileSync(join(__dirname, '..', 'completions', `cxs.${shell}`), 'utf8'));
  return EXIT.ok;
}
