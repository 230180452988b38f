/** `forget`: removes the records of ended sessions. Codex keeps their conversations. */
import { listOnce, resolveAll } from '../client/index.ts';
import { EXIT, usageError } from '../platform/errors.ts';
import { statePaths } from '../store/paths.ts';
import { removeRecord } from '../store/record.ts';
import { say } from '../terminal/output.ts';
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
    removeRecord(paths.records, session);
    const { conversation } = session;
    say(
      `Forgot ${displayName(session)}.${conversation ? ` Its conversation: ${conversation}` : ''}`,
    );
  }
  return EXIT.ok;
}
