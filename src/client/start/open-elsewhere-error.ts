import { UserError } from '../../platform/errors.ts';

/** The conversation is open elsewhere; it can be waited for, forked, or left alone. */
export class OpenElsewhereError extends UserError {}
