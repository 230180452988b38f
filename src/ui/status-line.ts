/** The status in a few characters, for a shell prompt or status line. */
import { asksAtStart, waitsForAnswer } from '../protocol/asks-at-start.ts';
import type { SessionInfo } from '../protocol/messages.ts';

/** The most urgent first; statuses not listed are not shown. */
const SIGNS: readonly (readonly [status: string, sign: string])[] = [
  ['blocked', '!'],
  ['error', '✗'],
  ['done', '✓'],
  ['working', '…'],
];

/** `2! 1✓ 3…`; empty if there is nothing to show. */
export function shortStatus(sessions: readonly SessionInfo[]): string {
  return SIGNS.map(([status, sign]) => {
    const count = sessions.filter((s) => s.state === 'running' && needOf(s) === status).length;
    return count === 0 ? '' : `${count}${sign}`;
  })
    .filter(Boolean)
    .join(' ');
}

/**
 * The status, if it still needs attention: an error that the user has seen does not, like a
 * finished turn.
 */
export function needOf(session: SessionInfo): string | null {
  if (waitsForAnswer(session)) return 'blocked';
  return session.status === 'error' && session.seen ? null : session.status;
}

/**
 * One word for a session: `asks` if nothing more is known, its status, or its state if it has none.
 */
export function statusWord(session: SessionInfo): string {
  const { state, status } = session;
  if (asksAtStart(session)) return 'asks';
  return state === 'running' ? (status ?? state) : state;
}
