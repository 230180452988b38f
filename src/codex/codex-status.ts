/** A status of Codex, as users and scripts see it. */
import type { StatusSource } from './status-sources.ts';

export type Status = 'starting' | 'working' | 'blocked' | 'done' | 'idle' | 'error' | 'unknown';

export interface CodexStatus {
  readonly status: Status;
  /**
   * What a blocked session waits for (`permission`, `question`, `auth`), if Codex reported it. For
   * a session that is `starting`: `question` if its silence means that.
   */
  readonly reason?: string;
  /** The text that came with the report, safe to show. */
  readonly message?: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** When the running turn, or the one that waits, began, in milliseconds since the epoch. */
  readonly turnSince?: number;
  readonly source: StatusSource;
  /** A user has looked at the session since it got this status. */
  readonly seen: boolean;
  /** Blocked, and the question is on the screen and takes keys. */
  readonly asking: boolean;
}

export function sameStatus(a: CodexStatus, b: CodexStatus): boolean {
  return (
    a.status === b.status &&
    a.reason === b.reason &&
    a.message === b.message &&
    a.source === b.source &&
    a.asking === b.asking &&
    a.seen === b.seen
  );
}
