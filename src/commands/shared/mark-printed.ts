/** Marks what a command has printed of a session as seen by the user. */
import { markSeen, type SupervisorLink } from '../../client/index.ts';
import { usageError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { whenWritten } from '../../terminal/output.ts';

export interface SeenOptions {
  readonly seen?: boolean;
  readonly noSeen: boolean;
}

/** What the user wants, else `otherwise`. @throws UserError (usage) for both at once */
export function wantsSeen({ seen, noSeen }: SeenOptions, otherwise: boolean): boolean {
  if (seen && noSeen)
    throw usageError('--seen and --no-seen exclude each other', 'Choose one of them.');
  return seen === true || (otherwise && !noSeen);
}

/** `session`: as it was when what is printed was its last. What could not be written is not seen. */
export async function markPrinted(link: SupervisorLink, session: SessionInfo): Promise<void> {
  await whenWritten();
  await markSeen(link, session);
}
