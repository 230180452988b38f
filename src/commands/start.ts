/** `start`: this project's session, made if there is none, and attached. */
import { connect, connectOrLaunch, withSupervisor } from '../client/connect.ts';
import type { Connection } from '../client/connection.ts';
import { needTerminal, stay } from '../client/session-run.ts';
import { listSessions, liveSessions, resolveSession } from '../client/sessions.ts';
import { loadConfig } from '../config.ts';
import { EXIT, UserError } from '../errors.ts';
import { checkName, DEFAULT_NAME, fullNameOf, isValidName } from '../names.ts';
import { isInteractive, print } from '../output.ts';
import { type StatePaths, statePaths } from '../paths.ts';
import { type Project, projectAt, projectOf } from '../project.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { refuseNesting } from './context.ts';
import { makeSpec } from './spec.ts';
import { stayOptions } from './stay.ts';

interface Options {
  readonly detach: boolean;
  readonly ask: boolean;
  readonly cwd: string | undefined;
  readonly nest: boolean;
}

interface Target {
  readonly project: Project;
  readonly name: string;
  readonly cwd: string;
}

export async function run(
  options: Options,
  [typed]: readonly string[],
  userArgs: readonly string[],
): Promise<number> {
  const paths = statePaths();
  const target = await targetOf(typed, options, paths);
  if (!options.detach) {
    needTerminal(isInteractive(), 'Use start -d, which leaves it in the background.');
    refuseNesting(options.nest);
  }
  const fullName = fullNameOf(target.project, target.name);
  const running = await connect(paths);
  const live = running ? await liveSession(running, fullName) : undefined;
  if (live && userArgs.length > 0) throw liveWithArguments(live);
  if (live && options.detach) {
    running?.close();
    print(live.fullName);
    return EXIT.ok;
  }
  const config = await loadConfig(process.env, target.project);
  if (live && running)
    return stay(
      running,
      { type: 'attach', fullName, readOnly: false },
      stayOptions(paths, config, target.project),
    );
  const spec = await makeSpec({ ...target, userArgs, config, paths });
  if (!options.detach) {
    const connection = running ?? (await connectOrLaunch(paths));
    return stay(connection, { type: 'start', spec }, stayOptions(paths, config, target.project));
  }
  const { session } = await withSupervisor(paths, running, (connection) =>
    connection.request({ type: 'start', spec }, 'started'),
  );
  print(session.fullName);
  return EXIT.ok;
}

async function targetOf(
  typed: string | undefined,
  options: Options,
  paths: StatePaths,
): Promise<Target> {
  const cwd = options.cwd ?? process.cwd();
  const project = projectOf(cwd);
  if (options.ask) {
    needTerminal(isInteractive(), 'Give the name: codex-sessions start NAME');
    const { askName } = await import('../ui/prompts.ts');
    return { project, cwd, name: await askName(typed ?? DEFAULT_NAME, nameProblem) };
  }
  const name = typed ?? DEFAULT_NAME;
  if (!name.includes(':')) return { project, cwd, name: checkName(name) };
  // A session of another project: only one that is known tells where that project is.
  const known = resolveSession(name, project, await listSessions(paths, { all: true }));
  return { project: projectAt(known.root), name: known.name, cwd: options.cwd ?? known.cwd };
}

function nameProblem(name: string): true | string {
  return isValidName(name) || 'Letters, digits, ".", "_" and "-"; a letter or digit first.';
}

async function liveSession(
  connection: Connection,
  fullName: string,
): Promise<SessionInfo | undefined> {
  const sessions = await liveSessions(connection);
  return sessions.find((session) => session.fullName === fullName);
}

function liveWithArguments(live: SessionInfo): UserError {
  return new UserError(
    `${live.name} is running already, so it cannot be given arguments`,
    `Leave them out to attach, kill it first, or choose another name.`,
    EXIT.usage,
  );
}
