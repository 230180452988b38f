/**
 * `restart`: runs the same conversation in a new process, with the Codex that is installed now.
 * Asks first if a turn would be lost, as `kill` does.
 */
import {
  detachClients,
  killSessions,
  listSessions,
  planStart,
  RESTORE_WAIT_MS,
  requestStart,
  type Selection,
  SessionWatch,
  type StartRequest,
  SupervisorLink,
  saidOf,
  selectNamed,
  withColors,
} from '../client/index.ts';
import { EXIT, UserError, usageError } from '../platform/errors.ts';
import { asksAtStart } from '../protocol/asks-at-start.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { loadConfig } from '../store/config.ts';
import { type StatePaths, statePaths } from '../store/paths.ts';
import { canAsk, say } from '../terminal/output.ts';
import { agreed, isBusy } from './kill.ts';
import { displayName, here, printName, typedName } from './shared/context.ts';
import { agreeOnWorld } from './shared/other-world.ts';
import { sayLacks } from './shared/say-lacks.ts';
import { sayLost } from './shared/say-lost.ts';
import { isMany, needsYes, onOneOf, sayMatches, worstOf } from './shared/selection.ts';

interface Options {
  readonly whenIdle: boolean;
  readonly yes: boolean;
  readonly there: boolean;
}

/** Longer than any turn. */
const IDLE_LIMIT_MS = 7 * 86_400_000;

export async function run(options: Options, [typed]: readonly string[]): Promise<number> {
  const paths = statePaths();
  using link = new SupervisorLink(paths);
  const known = await listSessions(link, { all: true });
  const selection = selectNamed(typed, here(), known, { isMeant });
  const { sessions, globs } = selection;
  sayMatches(selection);
  const own = sessions.find(({ fullName }) => fullName === process.env.CODEX_SESSIONS_SESSION);
  if (own)
    throw usageError(
      `this is inside ${displayName(own)}, and would end with it`,
      'Restart it from another terminal.',
    );
  const [only] = globs.length === 0 ? sessions : [];
  await agreeOnWorld(link, only ? displayName(only) : 'them', options.there);
  if (only) return await restart(link, only, options);
  if (!options.whenIdle && !options.yes && isMany(selection) && sessions.some(isBusy)) {
    if (!canAsk())
      throw needsYes(
        'restart',
        globs.map(({ glob }) => glob),
        selection,
      );
    if (!(await agreed(sessions, 'restart'))) return EXIT.ok;
  }
  return await restartAll(paths, selection, options);
}

/**
 * One after the other; if they are to be idle first, in the order in which they become idle.
 * @returns the worst exit code
 */
async function restartAll(
  paths: StatePaths,
  { sessions }: Selection,
  options: Options,
): Promise<number> {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const mine = last.then(act);
    last = mine.catch(() => {});
    return mine;
  };
  const codes: Promise<number>[] = [];
  for (const session of sessions) {
    const code = onOneOf(session, async () => {
      // A connection has one subscription.
      using link = new SupervisorLink(paths);
      return await restart(link, session, { ...options, inTurn });
    });
    codes.push(code);
    if (!options.whenIdle) await code;
  }
  return worstOf(await Promise.all(codes));
}

/** A session that was ended on purpose has to be named. */
function isMeant({ state, endedBy, exit }: SessionInfo): boolean {
  return state !== 'exited' || (endedBy === 'exit' && exit?.code !== 0);
}

interface RestartOptions extends Options {
  /** One of several sessions, which the user has confirmed: restarted when it is its turn. */
  readonly inTurn?: <T>(act: () => Promise<T>) => Promise<T>;
}

async function restart(
  link: SupervisorLink,
  session: SessionInfo,
  { whenIdle, yes, inTurn }: RestartOptions,
): Promise<number> {
  const request = await requestFor(session, link.paths);
  if (session.state === 'running') {
    // Find out before ending it whether it can be brought back.
    await planStart({ ...request, replaces: true });
    if (whenIdle) await idle(link, session);
    else if (!inTurn && canAsk() && !yes && isBusy(session))
      if (!(await agreed([session], 'restart'))) return EXIT.ok;
  }
  const act = async () => {
    if (session.state === 'running') await end(link, session);
    return await begin(link, session, request);
  };
  return inTurn ? await inTurn(act) : await act();
}

async function requestFor(session: SessionInfo, paths: StatePaths): Promise<StartRequest> {
  const { name, cwd, hash, root } = session;
  const project = { root, name: session.project, hash };
  const config = await loadConfig(process.env, project);
  return { project, name, cwd, userArgs: [], asItRan: true, config, paths, live: undefined };
}

async function idle(link: SupervisorLink, asked: SessionInfo): Promise<void> {
  const { fullName } = asked;
  const watch = await SessionWatch.open(link, [fullName]);
  if (!watch) return;
  const isQuiet = (session: SessionInfo | undefined) =>
    session &&
    (session.state !== 'running' ||
      asksAtStart(session) ||
      /^(?:idle|done|error)$/.test(session.status ?? ''));
  if (isQuiet(watch.get(fullName))) return;
  say(`Waiting until ${displayName(asked)} is idle.`);
  await watch.next(({ session }) => isQuiet(session) || undefined, IDLE_LIMIT_MS);
}

async function end(link: SupervisorLink, { fullName }: SessionInfo): Promise<void> {
  await detachClients(link, fullName).catch(() => {});
  await killSessions(link, [fullName], 0);
}

async function begin(
  link: SupervisorLink,
  session: SessionInfo,
  request: StartRequest,
): Promise<number> {
  const { plan, created } = await withColors(sayLost, async (question) => {
    const plan = await planStart({ ...request, live: await link.liveSessions() });
    return { plan, ...(await requestStart(link, plan, RESTORE_WAIT_MS, question)) };
  });
  if (!created)
    throw new UserError(
      `${displayName(session)} has just been started by another command`,
      `Attach: codex-sessions attach ${typedName(session)}`,
    );
  const said = saidOf(plan);
  if (said) say(said);
  await sayLacks(link);
  printName(session);
  return EXIT.ok;
}
