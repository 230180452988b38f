/** `dial`: run over ssh by codex-sessions on another machine, to use the sessions of this one. */
import { isatty } from 'node:tty';
import { EXIT, usageError } from '../platform/errors.ts';
import { type PrepareCommand, serve } from '../remote/index.ts';
import { say } from '../terminal/output.ts';

export function run(): Promise<number> {
  return dial();
}

/** `prepare`: prepares commands that need no process of their own. */
export async function dial(prepare?: PrepareCommand): Promise<number> {
  if (isatty(0) || isatty(1))
    throw usageError(
      'dial is what codex-sessions on another machine runs here, over ssh',
      'To see the sessions of another machine: codex-sessions ls HOST/',
    );
  const why = await serve(process.stdin, process.stdout, prepare);
  if (why === undefined) return EXIT.ok;
  say(`codex-sessions dial: ${why}`);
  return EXIT.failure;
}
