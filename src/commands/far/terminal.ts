/** What a command on another machine is told about this terminal. */
import { isatty } from 'node:tty';
import { withColors } from '../../client/index.ts';
import { startsCodex } from '../../remote/index.ts';
import type { FarTerminal } from '../../terminal/far-terminal.ts';
import { colorWanted, ownSize } from '../../terminal/output.ts';
import { sayLost } from '../shared/say-lost.ts';

interface How {
  /** The name of the command that runs there. */
  readonly command: string;
  /** Whether the user answers questions of that command. */
  readonly answers: boolean;
  /** Whether the command reads this terminal's input. */
  readonly reads: boolean;
}

/**
 * Calls `run` with the terminal, or null if output does not go to one; for commands that start Codex with
 * its colours, as Codex asks for them only once. The terminal is given back to the user before this
 * resolves, and before anything is read from it.
 */
export async function withOwnTerminal<T>(
  { command, answers, reads }: How,
  run: (terminal: FarTerminal | null) => Promise<T>,
): Promise<T> {
  const size = isatty(1) ? ownSize() : undefined;
  const terminal = size ? { ...size, color: colorWanted(), answers } : null;
  if (!terminal || !startsCodex(command)) return await run(terminal);
  if (reads) {
    const colors = await withColors(sayLost, async (question) => question?.ask());
    return await run({ ...terminal, ...(colors && { colors }) });
  }
  return await withColors(sayLost, async (question) => {
    const colors = await question?.ask();
    return await run({ ...terminal, ...(colors && { colors }) });
  });
}
