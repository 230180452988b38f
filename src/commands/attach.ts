/** `attach`: to a live session, beside whoever is there already. */

import {
  type AttachLoopOptions,
  attachUntilLeft,
  requireTerminal,
} from '../client/attach/attach-loop.ts';
import type { AttachRequest } from '../client/attach/attachment.ts';
import { connect } from '../client/connection/connect.ts';
import { type Connection, isNoSuchSession } from '../client/connection/connection.ts';
import { listSessions, resolveSession } from '../client/sessions/list.ts';
import { EXIT, UserError } from '../platform/errors.ts';
import { loadConfig } from '../store/config.ts';
import { DEFAULT_NAME, fullNameOf, isValidName } from '../store/names.ts';
import { type StatePaths, statePaths } from '../store/paths.ts';
import type { Project } from '../store/project.ts';
import { isInteractive } from '../terminal/output.ts';
import { attachOptions } from './shared/attach-options.ts';
import { displayName, here as projectHere, refuseNesting } from './shared/context.ts';

interface Options {
  readonly readOnly: boolean;
  readonly nest: boolean;
}

type Place = { readonly paths: StatePaths; readonly here: Project };

export async function run(options: Options, [typed]: readonly string[]): Promise<number> {
  const place = { paths: statePaths(), here: projectHere() };
  const connection = await connect(place.paths);
  const staying = connection && (await optionsIfUnobstructed(options, place));
  if (staying && isValidName(typed ?? DEFAULT_NAME)) {
    const code = await attachDirectly(connection, attachRequestFor(options, typed, place), staying);
    return code ?? look(await connect(place.paths), options, typed, place);
  }
  return look(connection, options, typed, place);
}

/** Nothing to say before it is known whether the session runs; undefined where there is. */
async function optionsIfUnobstructed(
  options: Options,
  { paths, here }: Place,
): Promise<AttachLoopOptions | undefined> {
  try {
    if (!isInteractive()) return undefined;
    refuseNesting(options.nest);
    return attachOptions(paths, await loadConfig(process.env, here), here);
  } catch {
    // It is said in its turn.
    return undefined;
  }
}

/** What a plain name means first: the session of this project. */
function attachRequestFor(
  { readOnly }: Options,
  typed: string | undefined,
  { here }: Place,
): AttachRequest {
  return { type: 'attach', fullName: fullNameOf(here, typed ?? DEFAULT_NAME), readOnly };
}

/** Without asking what there is; undefined: there is none of that name. */
async function attachDirectly(
  connection: Connection,
  goal: AttachRequest,
  staying: AttachLoopOptions,
): Promise<number | undefined> {
  let attached = false;
  const onAttached = () => {
    attached = true;
  };
  try {
    return await attachUntilLeft(connection, goal, { ...staying, onAttached });
  } catch (error) {
    if (attached || !isNoSuchSession(error)) throw error;
    return undefined;
  }
}

/** Among all that there are and were. */
async function look(
  connection: Connection | undefined,
  options: Options,
  typed: string | undefined,
  { paths, here }: Place,
): Promise<number> {
  const sessions = await listSessions(
    paths,
    connection ? { connection, all: true } : { all: true },
  );
  const session = resolveSession(typed, here, sessions);
  if (session.state !== 'running' || !connection)
    throw new UserError(
      `${displayName(session)} is not running`,
      `Start it again: codex-sessions start ${displayName(session)}`,
      EXIT.noSuchSession,
    );
  requireTerminal(isInteractive(), 'Run it in a terminal.');
  refuseNesting(options.nest);
  const config = await loadConfig(process.env, here);
  return attachUntilLeft(
    connection,
    { type: 'attach', fullName: session.fullName, readOnly: options.readOnly },
    attachOptions(paths, config, here),
  );
}
