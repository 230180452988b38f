/** The status in a few characters, for a shell prompt or status line. */
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
    const count = sessions.filter((s) => s.state === 'running' && s.status === status).length;
    return count === 0 ? '' : `${count}${sign}`;
  })
    .filter(Boolean)
    .join(' ');
}

/** One word for a session: its status, or its state if it has none. */
export function statusWord({ state, status }: SessionInfo): string {
  return state === 'running' ? (status ?? state) : state;
}
