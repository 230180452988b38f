/** `start`: this project's session, made or brought back if it does not run, and attached. */

import {
  listSessions,
  OpenElsewhereError,
  type Plan,
  planStart,
  resolveSession,
  type StartRequest,
  SupervisorLink,
} from '../client/index.ts';
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
import { projectAt, projectOf } from '../store/project.ts';
import { readRecord, recordFileName, scanRecords } from '../store/record.ts';
import { dropExpired } from '../store/retention.ts';
import { isInteractive, say } from '../terminal/output.ts';
import { attachOptions } from './shared/attach-options.ts';
import { attachSession, requireTerminal } from './shared/attach-session.ts';
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

/** Which session is meant, and where. */
type Place = Required<Pick<StartRequest, 'project' | 'name' | 'cwd' | 'moved'>>;
/** Which conversation it is to have; without any of it, its own. */
type Which = Pick<StartRequest, 'how' | 'id'>;
type Target = Place & Which & Pick<StartRequest, 'userArgs'>;

export async function run(
  options: Options,
  [typed]: readonly string[],
  userArgs: readonly string[],
): Promise<number> {
  const paths = statePaths();
  const request = { ...whichOf(options), userArgs };
  using link = new SupervisorLink(paths);
  const target = { ...(await targetOf(typed, options, link)), ...request };
  if (options.detach) {
    printName(await inBackground(link, target));
    return EXIT.ok;
  }
  requireTerminal(isInteractive(), 'Use start -d, which leaves it in the background.');
  refuseNesting(options.nest);
  const { live, all } = await lookUp(link, target);
  const config = await loadConfig(process.env, target.project);
  const attaching = attachOptions(paths, config, target.project);
  if (live) {
    const { fullName } = live;
    return await attachSession(link, { type: 'attach', fullName, readOnly: false }, attaching);
  }
  const { spec, said } = await planOrAsk(link, { ...target, config, paths, live: all });
  await forgetExpired(paths, all, spec);
  await link.open();
  if (said) say(said);
  return await attachSession(link, { type: 'start', spec }, attaching);
}

/** The session without a terminal: the one that runs, or one that is started or brought back. */
export async function inBackground(link: SupervisorLink, target: Target): Promise<SessionInfo> {
  const { paths } = link;
  const { live, all } = await lookUp(link, target);
  if (live) return live;
  const config = await loadConfig(process.env, target.project);
  const { spec, said } = await planStart({ ...target, config, paths, live: all });
  await forgetExpired(paths, all, spec);
  const { session, created } = await link.run((connection) =>
    connection.request({ type: 'start', spec }, 'started'),
  );
  if (created && said) say(said);
  return session;
}

interface Found {
  readonly live: SessionInfo | undefined;
  /** All that is live; undefined where no supervisor runs and none is needed to plan. */
  readonly all: readonly SessionInfo[] | undefined;
}

/**
 * Whether the session runs. Where there is a conversation to go on with, a supervisor is launched:
 * only it can say for sure that nothing holds that session.
 * @throws UserError (usage) when it runs, and something is asked for that only a start can give.
 */
async function lookUp(link: SupervisorLink, target: Target): Promise<Found> {
  const { project, name, userArgs, how, id } = target;
  const session = { project: project.name, name, hash: project.hash };
  if (!(await link.find()) && !readRecord(link.paths.records, session)?.conversation)
    return { live: undefined, all: undefined };
  const all = await link.liveSessions();
  const fullName = fullNameOf(project, name);
  const live = all.find((one) => one.fullName === fullName);
  if (live && userArgs.length > 0) throw liveWithArguments(live);
  if (live && (how || id !== undefined)) throw liveAlready(live);
  return { live, all };
}

function whichOf(options: Options): Which {
  const { fork, resume: id } = options;
  if (options.new && (fork || id !== undefined))
    throw usageError('--new goes with neither --fork nor --resume', 'Choose one of them.');
  return { ...(options.new && { how: 'new' }), ...(fork && { how: 'fork' }), ...(id && { id }) };
}

/** A conversation that is open elsewhere can be waited for, forked or left alone: the user says. */
async function planOrAsk(link: SupervisorLink, request: StartRequest): Promise<Plan> {
  try {
    return await planStart(request);
  } catch (error) {
    if (!(error instanceof OpenElsewhereError)) throw error;
    const { waitOrChoose } = await import('./start/open-elsewhere.ts');
    return waitOrChoose(error, link, request);
  }
}

/** The session that was typed, or asked for. */
export async function targetOf(
  typed: string | undefined,
  options: Pick<Options, 'ask' | 'cwd'>,
  link: SupervisorLink,
): Promise<Place> {
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
  const known = resolveSession(name, project, await listSessions(link, { all: true }));
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

/** Drops what ended long ago, where it is known what is live; never the record of `spec`. */
async function forgetExpired(
  paths: StatePaths,
  live: readonly SessionName[] | undefined,
  spec: SessionName,
): Promise<void> {
  if (!live) return;
  const { records } = scanRecords(paths.records, new Set([...live, spec].map(recordFileName)));
  await dropExpired(paths, records);
}
