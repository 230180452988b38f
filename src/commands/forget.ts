/** `forget`: removes the records of ended sessions. Codex keeps their conversations. */
import { codexHomeOfSession, listOnce, resolveAll } from '../client/index.ts';
import { EXIT, usageError } from '../platform/errors.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { renameKilled } from '../store/last-kill.ts';
import { type StatePaths, statePaths } from '../store/paths.ts';
import { removeRecord } from '../store/record.ts';
import { say } from '../terminal/output.ts';
import { earlierOf, newestRecorded } from './log/conversations.ts';
import { displayName, here } from './shared/context.ts';

const UNDONE = 'nothing was forgotten';

export async function run(_options: unknown, names: readonly string[]): Promise<number> {
  const paths = statePaths();
  const all = await listOnce(paths, { all: true });
  const sessions = resolveAll(names, here(), all, UNDONE);
  const live = sessions.find(({ state }) => state === 'running');
  if (live) {
    const rest = sessions.length > 1 ? `: ${UNDONE}` : '';
    throw usageError(`${displayName(live)} is running${rest}`, 'Kill it first.');
  }
  for (const session of sessions) {
    const conversation = await lastOf(paths, session);
    removeRecord(paths.records, session);
    renameKilled(paths, session.fullName, undefined);
    say(
      `Forgot ${displayName(session)}.${conversation ? ` Its conversation: ${conversation}` : ''}`,
    );
  }
  return EXIT.ok;
}

/** Its newest conversation that Codex can find: one without a turn cannot be resumed. */
function lastOf(paths: StatePaths, session: SessionInfo): Promise<string | undefined> {
  const { conversation } = session;
  const ids = [...(conversation ? [conversation] : []), ...earlierOf(paths, session)];
  return newestRecorded(codexHomeOfSession(paths, session), ids);
}
