/** Waits until a session that was started without a terminal can be used. */

import { UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { displayName } from '../sessions/display-name.ts';
import type { SessionWatch } from '../sessions/session-watch.ts';

/**
 * Codex 0.169 needs half a second, more on a loaded machine. One that reports nothing for this long (it
 * may be asking whether to trust the directory) counts as up.
 */
const UP_LIMIT_MS = 10_000;

/** @throws UserError when it ended instead, with the last lines of its screen */
export async function waitUntilUp(
  watch: SessionWatch,
  fullName: string,
  signal?: AbortSignal,
): Promise<void> {
  const isSettled = (session: SessionInfo | undefined) =>
    session !== undefined &&
    (session.state !== 'running' || ![null, 'starting'].includes(session.status));
  let session = watch.get(fullName);
  if (!isSettled(session)) {
    const next = ({ session: now }: { session: SessionInfo }) =>
      watch.isOf(now, fullName) && isSettled(now) ? now : undefined;
    session = await watch.next(next, UP_LIMIT_MS, signal);
  }
  if (!session || session.state === 'running') return;
  const { exit, lastLines } = session;
  throw new UserError(
    `${displayName(session)} ended at once (${exit?.signal ?? exit?.code ?? 'nobody knows how'})`,
    lastLines.slice(-3).join(' | ') || undefined,
  );
}
