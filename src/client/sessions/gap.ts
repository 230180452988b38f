/** What is told to whoever follows sessions when their supervisor has died and a successor has been found. */
import type { SessionEvent, SessionEventKind, SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { endOf } from './list.ts';

/**
 * A change, as the supervisor has told it. After a gap there is one for each session, without a number:
 * `exited`, `renamed` or `started` if that has happened meanwhile, else `snapshot`: how it is now.
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
  /** How many events follow that tell what is now. */
  readonly sessions: number;
}

/** `was`: the sessions that ran as far as is known. A session is known by its process, whatever its name. */
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
