/** `attach`: to a live session, beside whoever is there already. */
import { connect } from '../client/connect.ts';
import { needTerminal, stay } from '../client/session-run.ts';
import { listSessions, resolveSession } from '../client/sessions.ts';
import { loadConfig } from '../config.ts';
import { EXIT, UserError } from '../errors.ts';
import { isInteractive } from '../output.ts';
import { statePaths } from '../paths.ts';
import { here as projectHere, refuseNesting, spoken } from './context.ts';
import { stayOptions } from './stay.ts';

interface Options {
  readonly readOnly: boolean;
  readonly nest: boolean;
}

export async function run(options: Options, [typed]: readonly string[]): Promise<number> {
  const paths = statePaths();
  const here = projectHere();
  const connection = await connect(paths);
  const sessions = await listSessions(
    paths,
    connection ? { connection, all: true } : { all: true },
  );
  const session = resolveSession(typed, here, sessions);
  if (session.state !== 'running' || !connection)
    throw new UserError(
      `${spoken(session)} is not running`,
      `Start it again: codex-sessions start ${spoken(session)}`,
      EXIT.noSuchSession,
    );
  needTerminal(isInteractive(), 'Run it in a terminal.');
  refuseNesting(options.nest);
  const config = await loadConfig(process.env, here);
  return stay(
    connection,
    { type: 'attach', fullName: session.fullName, readOnly: options.readOnly },
    stayOptions(paths, config, here),
  );
}
