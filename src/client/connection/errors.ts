/** What a request may fail with, besides a supervisor that does not answer or is not understood. */
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

/** The connection ended before the answer. */
export class GoneError extends UserError {}

export function isNoSuchSession(error: unknown): boolean {
  return error instanceof RefusedError && error.code === 'no-such-session';
}

/** The supervisor was about to exit when it was asked, or did. */
export function isLeaving(error: unknown): boolean {
  return error instanceof GoneError || (error instanceof RefusedError && error.code === 'leaving');
}
