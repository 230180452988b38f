/** Errors of a request that callers tell apart. */
import { UserError } from '../../platform/errors.ts';
import type { Refusal } from '../../protocol/messages.ts';

/** The supervisor refused a request; `code` says why. */
export class RefusedError extends UserError {
  readonly code: Refusal['code'];

  constructor(code: Refusal['code'], message: string, hint: string | undefined) {
    super(message, hint, code === 'no-such-session' ? 3 : code === 'already-live' ? 2 : 1);
    this.code = code;
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
