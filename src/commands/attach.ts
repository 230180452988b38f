/** `attach`: attaches to a live session, in addition to its other clients. */

import {
  type AttachLoopOptions,
  findSession,
  isNoSuchSession,
  listSessions,
  nameFromElsewhere,
  namesakes,
  resolveSession,
  SupervisorLink,
} from '../client/index.ts';
import { EXIT, UserError } from '../platform/errors.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { loadConfig, mentionsHosts } from '../store/config.ts';
import { DEFAULT_NAME, fullNameOf, isValidName } from '../store/names.ts';
import { statePaths } from '../store/paths.ts';
import type { Project } from '../store/project.ts';
import { hasHistory } from '../store/terminal-history.ts';
import { canDraw, isInteractive } from '../terminal/output.ts';
import { machinesFor } from './other-machines.ts';
import { attachOptions } from './shared/attach-options.ts';
import { attachSession, requireTerminal } from './shared/attach-session.ts';
import { displayName, here as projectHere, refuseNesting, typedName } from './shared/context.ts';
import type { Where } from './shared/open.ts';

interface Options {
  readonly readOnly: boolean;
  readonly nest: boolean;
  readonly open?: Where | undefined;
}

const WANTED = { running: true, start: true, command: 'attach' };

export async function run(options: Options, [typed]: readonly string[]): Promise<number> {
  const here = projectHere();
  using link = new SupervisorLink(statePaths());
  // Waits only for what is certain to be there, see welcome.ts.
  const isQuick =
    options.open === undefined && hasHistory(link.paths) && isValidName(typed ?? DEFAULT_NAME);
  if (isQuick && (await link.find())) {
    const loop = await loopOptions(options, link, here);
    const code = loop && (await attachByName(options, typed, link, here, loop));
    if (code !== undefined) return code;
  }
  return await attachByList(options, typed, link, here);
}

/** What an attach needs besides the session; undefined if it must be refused. */
async function loopOptions(
  { nest }: Options,
  { paths }: SupervisorLink,
  here: Project,
): Promise<AttachLoopOptions | undefined> {
  try {
    if (!isInteractive()) return undefined;
    await refuseNesting(nest);
    const config = await loadConfig(process.env, here);
    return attachOptions(paths, config, machinesFor(paths, config));
  } catch {
    // A wrong name is reported first; this fails again once the session is known.
    return undefined;
  }
}

/**
 * Saves the list: a plain name means the session of this project before any other.
 * @returns undefined if this project has no running session of that name
 */
async function attachByName(
  { readOnly }: Options,
  typed: string | undefined,
  link: SupervisorLink,
  here: Project,
  loop: AttachLoopOptions,
): Promise<number | undefined> {
  let attached = false;
  const onAttached = () => {
    attached = true;
  };
  const fullName = fullNameOf(here, typed ?? DEFAULT_NAME);
  try {
    return await attachSession(
      link,
      { type: 'attach', fullName, readOnly },
      { ...loop, onAttached },
    );
  } catch (error) {
    if (attached || !isNoSuchSession(error)) throw error;
    return undefined;
  }
}

/**
 * Looks the name up among all sessions, live and ended; in a terminal, asks if it fits none here.
 */
async function attachByList(
  { readOnly, nest, open }: Options,
  typed: string | undefined,
  link: SupervisorLink,
  here: Project,
): Promise<number> {
  const connection = await link.find();
  const all = await listSessions(link, { all: true });
  const meant = await askWhich(typed, here, all, nest || open !== undefined);
  if (meant === 'choose') {
    const { chooseAndFollow } = await import('./switch/choose.ts');
    const sessions = await listSessions(link);
    const how = { readOnly, nest, open, attach: run };
    return chooseAndFollow(link.paths, here, { sessions, query: typed, ...how });
  }
  const session = meant ?? resolveSession(typed, here, all, WANTED);
  if (session.state !== 'running' || !connection)
    throw new UserError(
      `${displayName(session)} is not running`,
      `Start it again: codex-sessions start ${typedName(session)}`,
      EXIT.noSuchSession,
    );
  if (open !== undefined) {
    const { findOpener } = await import('./shared/open.ts');
    return (await findOpener({ where: open, readOnly, nest })).open(session);
  }
  requireTerminal(isInteractive(), 'Run it in a terminal.');
  await refuseNesting(nest);
  const config = await loadConfig(process.env, here);
  const { fullName } = session;
  return attachSession(
    link,
    { type: 'attach', fullName, readOnly },
    attachOptions(link.paths, config, machinesFor(link.paths, config)),
  );
}

/**
 * In a terminal, if no running session is meant: the one session of the name in another project if
 * the user agrees; lets the user choose from several of the name, or from all if no name was given.
 */
async function askWhich(
  typed: string | undefined,
  here: Project,
  all: readonly SessionInfo[],
  nest: boolean,
): Promise<SessionInfo | 'choose' | undefined> {
  const found = findSession(typed, here, all, WANTED);
  const isMeant = found.type === 'found' && found.session.state === 'running';
  if (!canDraw() || isMeant) return undefined;
  const running = all.filter(({ state }) => state === 'running');
  if (typed === undefined) {
    // Others may have some.
    if (running.length === 0 && !mentionsHosts(process.env)) return undefined;
    await refuseNesting(nest);
    return 'choose';
  }
  const [first, second] = found.type === 'found' ? [] : namesakes(typed, here, running);
  if (!first) return undefined;
  await refuseNesting(nest);
  if (second) return 'choose';
  const { confirm } = await import('../ui/prompts.ts');
  const name = nameFromElsewhere(first, all);
  const asked = `There is no ${typed} in ${here.name}. Attach ${name}?`;
  return (await confirm(asked, true)) ? first : undefined;
}
