/** How long a program may take to read what is typed into it, and what is said if it does not. */
import { EXIT, UserError } from '../../platform/errors.ts';
import { TYPE_LIMIT_MAX_MS } from '../../protocol/limits.ts';
import type { PartTaken, TypeLimits } from '../../protocol/messages.ts';
import { parseFullName } from '../../store/names.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { shellWords } from '../../terminal/shell-words.ts';
import { displayName, typedName } from '../sessions/display-name.ts';

/** For a large prompt; Codex read 5 MB in 2 s. */
const ALL_LIMIT_MS = 120_000;
/** As long as Codex may take to report that it works. */
const IDLE_LIMIT_MS = 10_000;
/** Where a turn of any length is waited for. */
const PATIENT_IDLE_LIMIT_MS = 120_000;

export interface TimeLimits {
  /** The user's, from now on for everything. */
  readonly timeoutMs?: number | undefined;
  /** The turn is waited for, at most this long. */
  readonly turnMs?: number | undefined;
}

/** @returns what is left of it when it is called */
export function takingLimits({ timeoutMs, turnMs }: TimeLimits): () => TypeLimits {
  const begun = Date.now();
  const left = (ms: number) => Math.min(Math.max(1, ms - (Date.now() - begun)), TYPE_LIMIT_MAX_MS);
  if (timeoutMs !== undefined) return () => ({ allMs: left(timeoutMs), idleMs: left(timeoutMs) });
  if (turnMs !== undefined) return () => ({ allMs: left(turnMs), idleMs: PATIENT_IDLE_LIMIT_MS });
  return () => ({ allMs: ALL_LIMIT_MS, idleMs: IDLE_LIMIT_MS });
}

/** `all`: what was to be typed, such as `3 bytes of the key up`. */
export function notTaken(fullName: string, { bytes, slowly }: PartTaken, all: string): UserError {
  const session = parseFullName(fullName);
  const name = session ? displayName(session) : safeText(fullName);
  const typed = session ? typedName(session) : shellWords([name]);
  const rest =
    bytes === 0
      ? 'Nothing of it will be typed later.'
      : 'The rest will not be typed later, and nothing is submitted.';
  return new UserError(
    `Codex in ${name} reads ${slowly ? 'its input too slowly' : 'no input'}: ${bytes} of ${all} have been taken`,
    `${rest} See what it does: codex-sessions peek ${typed}, or codex-sessions attach ${typed}`,
    EXIT.timeLimit,
  );
}
