import { UserError } from '../../platform/errors.ts';

/** The conversation is open elsewhere; the user can wait for it, fork it, or leave it alone. */
export class OpenElsewhereError extends UserError {}
