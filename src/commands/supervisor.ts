/** `supervisor`: which one runs, and how to bring a new version without ending a session. */
import { join } from 'node:path';
import { connect } from '../client/connection/connect.ts';
import { EXIT, usageError } from '../platform/errors.ts';
import { statePaths } from '../store/paths.ts';
import { print, printJson, say } from '../terminal/output.ts';
import { safeJson } from '../terminal/safe-text.ts';

/** A loaded machine with hundreds of sessions. */
const UPGRADE_LIMIT_MS = 60_000;

interface Options {
  readonly json: boolean;
}

export async function run(
  options: Options,
  [action = 'status']: readonly string[],
): Promise<number> {
  if (action !== 'status' && action !== 'upgrade')
    throw usageError(
      `supervisor cannot ${safeJson(action)}`,
      'Use "supervisor status" or "supervisor upgrade".',
    );
  using connection = await connect(statePaths());
  if (!connection) {
    if (options.json) printJson(null);
    say('No supervisor is running: the next start brings one.');
    return EXIT.ok;
  }
  if (action === 'status') {
    const { sessions } = await connection.request({ type: 'list' }, 'sessions');
    const { version, protocol, pid } = connection.welcome ?? {};
    if (options.json) printJson({ version, protocol, pid, sessions: sessions.length });
    else print(`version ${version} (protocol ${protocol}), pid ${pid}, ${count(sessions.length)}`);
    return EXIT.ok;
  }
  const after = await connection.request(
    { type: 'hand-over', node: process.execPath, script: join(__dirname, 'supervisor.js') },
    'handed-over',
    UPGRADE_LIMIT_MS,
  );
  const { version, protocol, pid, sessions } = after;
  if (options.json) printJson({ version, protocol, pid, sessions });
  else
    print(
      `${connection.welcome?.version} → ${version}: pid ${pid} goes on with ${count(sessions)}`,
    );
  return EXIT.ok;
}

function count(sessions: number): string {
  return `${sessions} session${sessions === 1 ? '' : 's'}`;
}
