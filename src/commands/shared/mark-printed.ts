/** Marks what a command has printed about a session as seen by the user. */
import { markSeen, type SupervisorLink } from '../../client/index.ts';
import { usageError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { whenWritten } from '../../terminal/output.ts';

export interface SeenOptions {
  readonly seen?: boolean;
  readonly noSeen: boolean;
}

/**
 * The user's choice, or else `otherwise`.
 * @throws UserError (usage) for both flags at once
 */
export function wantsSeen({ seen, noSeen }: SeenOptions, otherwise: boolean): boolean {
  if (seen && noSeen)
    throw usageError('--seen and --no-seen exclude each other', 'Choose one of them.');
  return seen === true || (otherwise && !noSeen);
}

/**
 * `session`: its state when the printed text was its last. Nothing is marked that could not be
 * written.
 */
export async function markPrinted(link: SupervisorLink, session: SessionInfo): Promise<void> {
  await whenWritten();
  await markSeen(link, session);
}
