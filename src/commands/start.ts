/** `start`: this project's session, made or brought back if it does not run, and attached. */

import { attachUntilLeft, requireTerminal } from '../client/attach/attach-loop.ts';
import { connect, connectOrLaunch, withSupervisor } from '../client/connection/connect.ts';
import type { Connection } from '../client/connection/connection.ts';
import { listSessions, liveForSure, resolveSession } from '../client/sessions/list.ts';
import type { Plan, StartRequest } from '../client/start/plan.ts';
import { EXIT, UserError, usageError } from '../platform/errors.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { loadConfig } from '../store/config.ts';
import {
  checkName,
  DEFAULT_NAME,
  fullNameOf,
  isValidName,
  type SessionName,
} from '../store/names.ts';
import { type StatePaths, statePaths } from '../store/paths.ts';
import { type Project, projectAt, projectOf } from '../store/project.ts';
import { readRecord, recordFileName, scanRecords } from '../store/record.ts';
import { dropExpired } from '../store/retention.ts';
import { isInteractive, say } from '../terminal/output.ts';
import { attachOptions } from './shared/attach-options.ts';
import { printName, refuseNesting } from './shared/context.ts';

interface Options {
  readonly detach: boolean;
  readonly ask: boolean;
  readonly cwd: string | undefined;
  readonly nest: boolean;
  readonly new?: boolean;
  readonly fork?: boolean;
  readonly resume?: string | undefined;
}

export interface Target {
  readonly project: Project;
  readonly name: string;
  readonly cwd: string;
  /** The user named `cwd`. */
  readonly moved: boolean;
}

/** Which conversation it is to have; without any of it, its own. */
type Which = Pick<StartRequest, 'how' | 'id'>;

export async function run(
  options: Options,
  [typed]: readonly string[],
  userArgs: readonly string[],
): Promise<number> {
  const paths = statePaths();
  const which = whichOf(options);
  const target = await targetOf(typed, options, paths);
  if (options.detach) {
    const { connection, session } = await inBackground(target, userArgs, paths, which);
    connection.close();
    printName(session);
    return EXIT.ok;
  }
  requireTerminal(isInteractive(), 'Use start -d, which leaves it in the background.');
  refuseNesting(options.nest);
  const { running, all, live } = await look(target, userArgs, paths, which);
  const config = await loadConfig(process.env, target.project);
  const staying = attachOptions(paths, config, target.project);
  if (live && running)
    return attachUntilLeft(
      running,
      { type: 'attach', fullName: live.fullName, readOnly: false },
      staying,
    );
  const plan = await planOrAsk({ ...target, ...which, userArgs, config, paths, live: all });
  if (all) await forgetOld(paths, [...all, plan.spec]);
  const connection = running ?? (await connectOrLaunch(paths));
  if (plan.said) say(plan.said);
  return attachUntilLeft(connection, { type: 'start', spec: plan.spec }, staying);
}

/**
 * The session without a terminal: the one that runs, or one that is started or brought back. The
 * connection stays open.
 */
export async function inBackground(
  target: Target,
  userArgs: readonly string[],
  paths: StatePaths,
  which: Which = {},
): Promise<{ connection: Connection; session: SessionInfo }> {
  const { running, all, live } = await look(target, userArgs, paths, which);
  if (live && running) return { connection: running, session: live };
  const config = await loadConfig(process.env, target.project);
  const { planStart } = await import('../client/start/plan.ts');
  const plan = await planStart({ ...target, ...which, userArgs, config, paths, live: all });
  if (all) await forgetOld(paths, [...all, plan.spec]);
  return withSupervisor(paths, running, async (connection) => {
    const { session, created } = await connection.request(
      { type: 'start', spec: plan.spec },
      'started',
    );
    if (created && plan.said) say(plan.said);
    return { connection, session };
  });
}

/** @throws UserError (usage) when it runs, and something is asked for that only a start can give. */
async function look(
  target: Target,
  userArgs: readonly string[],
  paths: StatePaths,
  { how, id }: Which,
): Promise<{
  running: Connection | undefined;
  all: readonly SessionInfo[] | undefined;
  live: SessionInfo | undefined;
}> {
  const { running, all } = await reach(paths, target);
  const fullName = fullNameOf(target.project, target.name);
  const live = all?.find((session) => session.fullName === fullName);
  if (live && userArgs.length > 0) throw liveWithArguments(live);
  if (live && (how || id !== undefined)) throw liveAlready(live);
  return { running, all, live };
}

/**
 * The supervisor that runs. Where there is a session to be brought back, one is started: only it can
 * say for sure that nobody holds that session.
 */
async function reach(
  paths: StatePaths,
  { project, name }: Target,
): Promise<Pick<Awaited<ReturnType<typeof look>>, 'running' | 'all'>> {
  const running = await connect(paths);
  const session = { project: project.name, name, hash: project.hash };
  if (!running && !readRecord(paths.records, session)?.conversation)
    return { running: undefined, all: undefined };
  const { connection, live } = await liveForSure(paths, running);
  return { running: connection, all: live };
}

function whichOf(options: Options): Which {
  const { fork, resume: id } = options;
  if (options.new && (fork || id !== undefined))
    throw usageError('--new goes with neither --fork nor --resume', 'Choose one of them.');
  return { ...(options.new && { how: 'new' }), ...(fork && { how: 'fork' }), ...(id && { id }) };
}

/** A conversation that is open elsewhere can be waited for, forked or left alone: the user says. */
async function planOrAsk(request: StartRequest): Promise<Plan> {
  const { planStart } = await import('../client/start/plan.ts');
  try {
    return await planStart(request);
  } catch (error) {
    const { OpenElsewhereError } = await import('../client/start/conversation-holder.ts');
    if (!(error instanceof OpenElsewhereError)) throw error;
    const { waitOrChoose } = await import('./start/open-elsewhere.ts');
    return waitOrChoose(error, request);
  }
}

/** Which session is meant by what was typed, and where. */
export async function targetOf(
  typed: string | undefined,
  options: Pick<Options, 'ask' | 'cwd'>,
  paths: StatePaths,
): Promise<Target> {
  const cwd = options.cwd ?? process.cwd();
  const moved = options.cwd !== undefined;
  const project = projectOf(cwd);
  if (options.ask) {
    requireTerminal(isInteractive(), 'Give the name: codex-sessions start NAME');
    const { askName } = await import('../ui/prompts.ts');
    return { project, cwd, moved, name: await askName(typed ?? DEFAULT_NAME, nameProblem) };
  }
  const name = typed ?? DEFAULT_NAME;
  if (!name.includes(':')) return { project, cwd, moved, name: checkName(name) };
  // A session of another project: only one that is known tells where that project is.
  const known = resolveSession(name, project, await listSessions(paths, { all: true }));
  return { project: projectAt(known.root), name: known.name, cwd: options.cwd ?? known.cwd, moved };
}

function nameProblem(name: string): true | string {
  return isValidName(name) || 'Letters, digits, ".", "_" and "-"; a letter or digit first.';
}

function liveWithArguments(live: SessionInfo): UserError {
  return new UserError(
    `${live.name} is running already, so it cannot be given arguments`,
    `Leave them out to attach, kill it first, or choose another name.`,
    EXIT.usage,
  );
}

function liveAlready(live: SessionInfo): UserError {
  return new UserError(
    `${live.name} is running already, with a conversation of its own`,
    `Kill it first, its conversation stays; or "codex-sessions fork ${live.name} NAME".`,
    EXIT.usage,
  );
}

/** All but these. */
async function forgetOld(paths: StatePaths, kept: readonly SessionName[]): Promise<void> {
  const { records } = scanRecords(paths.records, new Set(kept.map(recordFileName)));
  await dropExpired(paths, records);
}
