/** `forget`: takes ended sessions out of our memory. Codex keeps their conversations. */
import { listSessions, resolveAll } from '../client/sessions.ts';
import { EXIT, usageError } from '../errors.ts';
import { say } from '../output.ts';
import { statePaths } from '../paths.ts';
import { removeRecord } from '../record.ts';
import { here, spoken } from './context.ts';

const UNDONE = 'nothing was forgotten';

export async function run(_options: unknown, names: readonly string[]): Promise<number> {
  const paths = statePaths();
  const all = await listSessions(paths, { all: true });
  const sessions = resolveAll(names, here(), all, UNDONE);
  const live = sessions.find(({ state }) => state === 'running');
  if (live) {
    const rest = sessions.length > 1 ? `: ${UNDONE}` : '';
    throw usageError(`${spoken(live)} is running${rest}`, 'Kill it first.');
  }
  for (const session of sessions) {
    removeRecord(paths.records, session);
    const { conversation } = session;
    say(`Forgot ${spoken(session)}.${conversation ? ` Its conversation: ${conversation}` : ''}`);
  }
  return EXIT.ok;
}
