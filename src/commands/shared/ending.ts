/** What `kill` and `kill-all` have in common: ending what runs, and putting away what has ended. */
import { connect } from '../../client/connection/connect.ts';
import { isLeaving } from '../../client/connection/connection.ts';
import { EXIT } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { say } from '../../terminal/output.ts';
import { displayName } from './context.ts';

/** Says on standard error what became of each. @returns the exit code */
export async function endSessions(
  paths: StatePaths,
  sessions: readonly SessionInfo[],
): Promise<number> {
  const running = sessions.filter(({ state }) => state === 'running');
  const killed = await kill(paths, running);
  for (const session of running)
    say(
      killed.has(session.fullName)
        ? `Killed ${displayName(session)}.`
        : `${displayName(session)} had ended already.`,
    );
  const ended = sessions.filter(({ state }) => state !== 'running');
  if (ended.length > 0) {
    const { putAway } = await import('../../store/record.ts');
    for (const session of ended) {
      putAway(paths.records, session);
      say(`${displayName(session)} had ended; it is off the list now.`);
    }
  }
  return EXIT.ok;
}

async function kill(
  paths: StatePaths,
  running: readonly SessionInfo[],
): Promise<ReadonlySet<string>> {
  if (running.length === 0) return new Set();
  // A supervisor that leaves in this moment takes no session with it: they have all ended.
  using connection = await connect(paths);
  if (!connection) return new Set();
  const fullNames = running.map(({ fullName }) => fullName);
  try {
    return new Set((await connection.request({ type: 'kill', fullNames }, 'killed')).fullNames);
  } catch (error) {
    if (isLeaving(error)) return new Set();
    throw error;
  }
}
