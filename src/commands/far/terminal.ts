/** What a command on another machine is told of this terminal. */
import { isatty } from 'node:tty';
import { withColors } from '../../client/index.ts';
import { startsCodex } from '../../remote/index.ts';
import type { FarTerminal } from '../../terminal/far-terminal.ts';
import { colorWanted, ownSize } from '../../terminal/output.ts';
import { sayLost } from '../shared/say-lost.ts';

interface How {
  /** The name of what runs there. */
  readonly command: string;
  /** The user answers questions of there. */
  readonly answers: boolean;
  /** The command reads what is typed in this terminal. */
  readonly reads: boolean;
}

/**
 * Calls `run` with the terminal, null where output does not go to one; with its colours for what starts Codex, which
 * asks for them once. The terminal is the user's again by the time that this resolves, or that something is read from it.
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
