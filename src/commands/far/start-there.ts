/** Starts a session on another machine, in the background. */
import { EXIT, UserError } from '../../platform/errors.ts';
import type { Line } from '../../remote/index.ts';
import type { Colors } from '../../terminal/colors.ts';
import { colorWanted, ownSize } from '../../terminal/output.ts';
import { outputOf } from './output.ts';

export interface StartedThere {
  /** Its full name there; it may have been running already. */
  readonly fullName: string;
  /** The messages of the command; not safe to show. */
  readonly said: string;
}

/** `words`: the arguments of `start`. @throws UserError with the error of the command there */
export async function startThere(
  line: Line,
  words: readonly string[],
  colors?: Colors,
): Promise<StartedThere> {
  const size = ownSize();
  const look = { color: colorWanted(), answers: false, ...(colors && { colors }) };
  const terminal = size ? { ...size, ...look } : null;
  const all = ['start', '--detach', '--no-wait', ...words];
  const { code, out, errors } = await outputOf(line, all, { terminal });
  if (code !== EXIT.ok) throw refusedThere(line, errors, code);
  return { fullName: out.trimEnd(), said: errors.trimEnd() };
}

/** The error for a command that has failed there, with its own words; not safe to show. */
export function refusedThere({ host }: Line, errors: string, code: number): UserError {
  const lines = errors.trim().split('\n');
  const at = Math.max(
    0,
    lines.findIndex((line) => line.startsWith('codex-sessions: ')),
  );
  const what = lines[at]?.replace(/^codex-sessions: /, '') || `exit code ${code}`;
  return new UserError(`${host.name}: ${what}`, lines[at + 1]?.trim() || undefined, code);
}
