/**
 * What followers of sessions are told when the supervisor has died and a successor has been found.
 */
import type { SessionEvent, SessionEventKind, SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { endOf } from './list.ts';

/**
 * A change, as the supervisor has reported it. After a gap there is one for each session, without a
 * number: `exited`, `renamed` or `started` if that has happened in the meantime, else `snapshot`:
 * its present state.
 */
export interface WatchEvent extends Omit<SessionEvent, 'type' | 'event' | 'seq'> {
  readonly event: SessionEventKind | 'snapshot';
  readonly seq: number | null;
}

/** The supervisor has died, and changes until its successor was found may be missing. */
export interface Gap {
  readonly at: string;
  /** The number of the first event that may be missing; null if there was none before. */
  readonly seq: number | null;
  /** How many events follow that report the present state. */
  readonly sessions: number;
}

/**
 * `was`: the sessions that were running, as far as known. A session is identified by its process,
 * not its name.
 */
export function changesSince(
  was: readonly SessionInfo[],
  present: readonly SessionInfo[],
  at: string,
  paths: StatePaths,
): WatchEvent[] {
  const others = new Map(present.map((session) => [session.pid, session]));
  const changes = was.map((before): WatchEvent => {
    const session = others.get(before.pid);
    others.delete(before.pid);
    if (!session) return { event: 'exited', at, seq: null, session: endOf(paths, before, at) };
    const { fullName: previous } = before;
    if (session.fullName === previous) return { event: 'snapshot', at, seq: null, session };
    return { event: 'renamed', at, seq: null, session, previous };
  });
  for (const session of others.values())
    changes.push({ event: 'started', at: session.createdAt, seq: null, session });
  return changes;
}
