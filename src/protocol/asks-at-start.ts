/** Recognises a session that asks something before it begins. */
import type { SessionInfo } from './session-info.ts';

/**
 * Whether its Codex has drawn something, reported nothing, and come to rest, so that only a person
 * can make it go on. It may ask whether to trust the directory, to log in, to update or to review
 * hooks; it does not report which.
 */
export function asksAtStart({
  state,
  status,
  statusReason,
}: Pick<SessionInfo, 'state' | 'status' | 'statusReason'>): boolean {
  return state === 'running' && status === 'starting' && statusReason === 'question';
}

/** Blocked, or it {@link asksAtStart}: it does nothing more until a person answers. */
export function waitsForAnswer(
  session: Pick<SessionInfo, 'state' | 'status' | 'statusReason'>,
): boolean {
  return (session.state === 'running' && session.status === 'blocked') || asksAtStart(session);
}
