import { EXIT, UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';

/** The conversation is open elsewhere; the user can wait for it, fork it, or leave it alone. */
export class OpenElsewhereError extends UserError {
  /** The session in which it is open, to which one can attach. */
  readonly session: SessionInfo | undefined;

  constructor(message: string, hint: string, session?: SessionInfo) {
    super(message, hint, EXIT.notReady);
    this.session = session;
  }
}
