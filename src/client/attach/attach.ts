/** Attaches the terminal to a session. */
import { usageError } from '../../platform/errors.ts';
import type { Connection } from '../connection/connection.ts';
import { Attachment } from './attachment.ts';
import type { AttachContext, Attached, AttachRequest } from './types.ts';

/**
 * Attaches over a control connection that is used for nothing else, and closes it at the end.
 * @throws UserError when the supervisor refuses: nothing has been written to the terminal then, and
 *   the connection stays open
 */
export async function attach(
  connection: Connection,
  request: AttachRequest,
  context: AttachContext,
): Promise<Attached> {
  const attachment = new Attachment(connection, request, context);
  try {
    // A name there may be the same as one here.
    if (!context.far) refuseItself(request);
    return await attachment.begin(request);
  } catch (error) {
    attachment.abandon();
    throw error;
  }
}

/** Refuses to show a session inside itself, which would produce endless output. */
function refuseItself(request: AttachRequest): void {
  const fullName = request.type === 'attach' ? request.fullName : request.spec.fullName;
  if (fullName === process.env.CODEX_SESSIONS_SESSION)
    throw usageError('this terminal is inside that very session', 'Attach from another terminal.');
}
