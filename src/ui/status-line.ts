/** Status in a few characters, for a shell's prompt or a status line. */
import type { SessionInfo } from '../protocol/messages.ts';

/** The most urgent first; other statuses are not shown. */
const SIGNS: readonly (readonly [status: string, sign: string])[] = [
  ['blocked', '!'],
  ['error', '✗'],
  ['done', '✓'],
  ['working', '…'],
];

/** `2! 1✓ 3…`; empty where there is nothing to say. */
export function shortStatus(sessions: readonly SessionInfo[]): string {
  return SIGNS.map(([status, sign]) => {
    const count = sessions.filter((s) => s.state === 'running' && s.status === status).length;
    return count === 0 ? '' : `${count}${sign}`;
  })
    .filter(Boolean)
    .join(' ');
}

/** One word for one session: its status, or its state where it has none. */
export function statusWord({ state, status }: SessionInfo): string {
  return state === 'running' ? (status ?? state) : state;
}
