/** Shows a session's screen on a connection that is not a client. */
import type { Reply } from '../../../protocol/messages.ts';
import { Preview } from '../../session/preview.ts';
import type { Context, Of, Requester } from '../context.ts';
import { noSession } from '../refusals.ts';

/** What a connection has asked to be shown. */
export interface WantedPreview {
  readonly fullName: string;
  readonly cols: number;
  readonly rows: number;
}

/** Sends its own reply, as the first capture must follow it, whatever else is asked meanwhile. */
export function preview(
  context: Context,
  requester: Requester,
  { id, fullName, cols, rows }: Of<'preview'>,
): Reply | undefined {
  const last = requester.preview;
  last?.close();
  requester.preview = undefined;
  if (fullName === null) return { type: 'done', id };
  if (!context.table.get(fullName)) return noSession(id, fullName);
  requester.send({ type: 'done', id });
  showPreview(context, requester, { fullName, cols, rows }, last?.notBefore);
  return undefined;
}

/**
 * No effect if the session is not running. `notBefore`: when the first capture may be taken, on the
 * clock of performance.now().
 */
export function showPreview(
  { table }: Context,
  requester: Requester,
  { fullName, cols, rows }: WantedPreview,
  notBefore?: number,
): void {
  const session = table.get(fullName);
  if (session) requester.preview = new Preview(session, { cols, rows }, requester.send, notBefore);
}
