/** `start`: attaches to this project's session, which is created or brought back if necessary. */

import {
  findLive,
  findSession,
  forgetExpired,
  listSessions,
  moveToProject,
  OpenElsewhereError,
  type Plan,
  planStart,
  resolveSession,
  START_WAIT_MS,
  type StartRequest,
  type StartTarget,
  SupervisorLink,
  saidOf,
  startSession,
  staysWhere,
} from '../client/index.ts';
import { EXIT, usageError } from '../platform/errors.ts';
import { lookupDirectory, workingDirectory } from '../platform/working-directory.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { loadConfig } from '../store/config.ts';
import { checkName, DEFAULT_NAME, isValidName } from '../store/names.ts';
import { statePaths } from '../store/paths.ts';
import { projectAt, projectOf } from '../store/project.ts';
import { isInteractive, say } from '../terminal/output.ts';
import { safeJson } from '../terminal/safe-text.ts';
import { shellWords } from '../terminal/shell-words.ts';
import { machinesFor } from './other-machines.ts';
import { attachOptions } from './shared/attach-options.ts';
import { attachSession, requireTerminal } from './shared/attach-session.ts';
import { displayName, here, printName, refuseNesting } from './shared/context.ts';
import type { Where } from './shared/open.ts';
import { agreeOnWorld } from './shared/other-world.ts';
import { sayLacks } from './shared/say-lacks.ts';
import { sayLost } from './shared/say-lost.ts';

interface Options {
  readonly detach: boolean;
  readonly ask: boolean;
  readonly cwd: string | undefined;
  readonly nest: boolean;
  readonly open?: Where | undefined;
  readonly noWait?: boolean;
  readonly new?: boolean;
  readonly fork?: boolean;
  readonly resume?: string | undefined;
  readonly there?: boolean;
}

/** Which session is meant, and where. */
type Place = Pick<StartTarget, 'project' | 'name' | 'cwd' | 'moved'>;

export async function run(
  options: Options,
  [typed]: readonly string[],
  userArgs: readonly string[],
): Promise<number> {
  if (options.detach && options.open !== undefined)
    throw usageError('-d and --open are two places', 'Choose one of them.');
  const request = { ...conversationOf(options), userArgs };
  using link = new SupervisorLink(statePaths());
  const target = { ...(await targetOf(typed, options, link)), ...request };
  if (options.open !== undefined) {
    const { findOpener } = await import('./shared/open.ts');
    const opener = await findOpener({ where: options.open, nest: options.nest });
    // Started from here, so that it gets the environment of this shell.
    return await opener.open(await startInBackground(link, target, options));
  }
  if (!options.detach) return await startAttached(link, target, options);
  printName(await startInBackground(link, target, options));
  return EXIT.ok;
}

async function startInBackground(
  link: SupervisorLink,
  target: StartTarget,
  { noWait, there }: Options,
): Promise<SessionInfo> {
  const agree = () => agreeOnWorld(link, target.name, there);
  const how = { waitMs: noWait ? 0 : START_WAIT_MS, agree, onLost: sayLost };
  const { session, said, created } = await startSession(link, target, how);
  if (said) say(said);
  if (created) await sayLacks(link);
  return session;
}

async function startAttached(
  link: SupervisorLink,
  target: StartTarget,
  { nest, there }: Options,
): Promise<number> {
  requireTerminal(isInteractive(), 'Use start -d, which leaves it in the background.');
  await refuseNesting(nest);
  const { paths } = link;
  const { live, all } = await findLive(link, target);
  const config = await loadConfig(process.env, target.project);
  const attaching = attachOptions(paths, config, machinesFor(paths, config));
  const attachTo = ({ fullName }: { readonly fullName: string }) =>
    attachSession(link, { type: 'attach', fullName, readOnly: false }, attaching);
  if (live) {
    const stays = staysWhere(live, target);
    if (stays) say(stays);
    return await attachTo(live);
  }
  await agreeOnWorld(link, target.name, there);
  const plan = await planOrAsk(link, { ...target, config, paths, live: all });
  if (!('spec' in plan)) return await attachTo(plan);
  const { spec, tried } = plan;
  await forgetExpired(paths, all, spec);
  await link.open();
  const said = saidOf(plan);
  if (said) say(said);
  await sayLacks(link);
  return await attachSession(link, { type: 'start', spec, tried }, attaching);
}

/** Which conversation it opens; its own if no option says otherwise. */
function conversationOf(options: Options): Pick<StartTarget, 'how' | 'id'> {
  const { fork, resume: id } = options;
  if (options.new && (fork || id !== undefined))
    throw usageError('--new goes with neither --fork nor --resume', 'Choose one of them.');
  return { ...(options.new && { how: 'new' }), ...(fork && { how: 'fork' }), ...(id && { id }) };
}

/**
 * If the conversation is open elsewhere, asks the user whether to go there, wait, fork it, or leave
 * it alone.
 */
async function planOrAsk(link: SupervisorLink, request: StartRequest): Promise<Plan | SessionInfo> {
  try {
    return await planStart(request);
  } catch (error) {
    if (!(error instanceof OpenElsewhereError)) throw error;
    const { waitOrChoose } = await import('./start/open-elsewhere.ts');
    return waitOrChoose(error, link, request);
  }
}

/** The session that was given as an argument or, with `--ask`, by the user's answer. */
export async function targetOf(
  typed: string | undefined,
  options: Pick<Options, 'ask' | 'cwd'>,
  link: SupervisorLink,
): Promise<Place> {
  const elsewhere = options.cwd === undefined && typed?.includes(':');
  const cwd = options.cwd ?? (elsewhere ? lookupDirectory() : workingDirectory());
  const moved = options.cwd !== undefined;
  const project = elsewhere ? here() : projectOf(cwd);
  if (options.ask) {
    requireTerminal(isInteractive(), 'Give the name: codex-sessions start NAME');
    const { askName } = await import('../ui/prompts.ts');
    return { project, cwd, moved, name: await askName(typed ?? DEFAULT_NAME, nameProblem) };
  }
  const name = typed ?? DEFAULT_NAME;
  if (!name.includes(':')) {
    checkNotPrompt(name, 'start --');
    const far = moved || typed === undefined ? undefined : await ofAnyProject(name, link);
    return far ? placeOf(far) : { project, cwd, moved, name };
  }
  // A session of another project: only a known one tells where that project is.
  const all = await listSessions(link, { all: true });
  const known = resolveSession(name, project, all, { command: 'start' });
  if (moved && known.state !== 'running' && moveToProject(link.paths, known, project, all)) {
    const now = { ...known, project: project.name, hash: project.hash };
    say(`${displayName(known)} is ${displayName(now)} now, as its project was moved.`);
    return { project, name: known.name, cwd, moved };
  }
  return { ...placeOf(known), cwd: options.cwd ?? known.cwd, moved };
}

function placeOf({ root, name, cwd }: SessionInfo): Place {
  return { project: projectAt(root), name, cwd, moved: false };
}

/** If a name alone means a session of another project here: that one. */
async function ofAnyProject(name: string, link: SupervisorLink): Promise<SessionInfo | undefined> {
  const from = here();
  if (!from.reachesAll) return undefined;
  const found = findSession(name, from, await listSessions(link, { all: true }));
  return found.type === 'found' && found.session.hash !== from.hash ? found.session : undefined;
}

/**
 * Refuses a prompt in place of a name, with the right command line for it, which begins with
 * `command`; also anything else that cannot be a name.
 * @throws UserError (usage)
 */
export function checkNotPrompt(name: string, command: string): string {
  if (!/\S\s+\S/.test(name)) return checkName(name);
  throw usageError(
    `${safeJson(name.slice(0, 80))} cannot be a session's name`,
    `As a prompt: codex-sessions ${command} ${shellWords([name])}`,
  );
}

function nameProblem(name: string): true | string {
  return isValidName(name) || 'Letters, digits, ".", "_" and "-"; a letter or digit first.';
}
