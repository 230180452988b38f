/** Errors of a request that callers tell apart. */
import { EXIT, UserError } from '../../platform/errors.ts';
import type { PartTaken, Refusal } from '../../protocol/messages.ts';

const EXITS: Partial<Record<Refusal['code'], number>> = {
  'no-such-session': EXIT.noSuchSession,
  'already-live': EXIT.usage,
  'maybe-typed': EXIT.maybeTyped,
  'no-question': EXIT.notReady,
  'other-question': EXIT.notReady,
  'no-such-choice': EXIT.usage,
  'not-taken': EXIT.timeLimit,
};

/** The supervisor refused a request; `code` says why. */
export class RefusedError extends UserError {
  readonly code: Refusal['code'];
  readonly taken: PartTaken | undefined;

  constructor(code: Refusal['code'], message: string, hint: string | undefined, taken?: PartTaken) {
    super(message, hint, EXITS[code] ?? EXIT.failure);
    this.code = code;
    this.taken = taken;
  }
}

/** The connection closed before the answer. */
export class GoneError extends UserError {}

export function isNoSuchSession(error: unknown): boolean {
  return error instanceof RefusedError && error.code === 'no-such-session';
}

/** The supervisor exited, or was about to, before it could answer. */
export function isLeaving(error: unknown): boolean {
  return error instanceof GoneError || (error instanceof RefusedError && error.code === 'leaving');
}

/**
 * The supervisor is running, but has closed the connection because its messages were not read in
 * time.
 */
export class LeftBehindError extends UserError {}

export function isMaybeTyped(error: unknown): boolean {
  return error instanceof RefusedError && error.code === 'maybe-typed';
}
