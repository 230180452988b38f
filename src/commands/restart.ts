/**
 * `restart`: the same conversation in a new process, on the Codex that is installed now. Asks first if a
 * turn would be lost, as `kill` does.
 */
import {
  type Connection,
  listSessions,
  planStart,
  RESTORE_WAIT_MS,
  requestStart,
  resolveSession,
  SessionWatch,
  type StartRequest,
  SupervisorLink,
  saidOf,
  withColors,
} from '../client/index.ts';
import { EXIT, UserError, usageError } from '../platform/errors.ts';
import { asksAtStart } from '../protocol/asks-at-start.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { loadConfig } from '../store/config.ts';
import { type StatePaths, statePaths } from '../store/paths.ts';
import { isInteractive, say } from '../terminal/output.ts';
import { safeText } from '../terminal/safe-text.ts';
import { agreed, isBusy } from './kill.ts';
import { displayName, here, printName, typedName } from './shared/context.ts';
import { agreeOnWorld } from './shared/other-world.ts';
import { sayLacks } from './shared/say-lacks.ts';
import { sayLost } from './shared/say-lost.ts';

interface Options {
  readonly whenIdle: boolean;
  readonly yes: boolean;
  readonly there: boolean;
}

/** Longer than any turn. */
const IDLE_LIMIT_MS = 7 * 86_400_000;

export async function run(
  { whenIdle, there, yes }: Options,
  [typed]: readonly string[],
): Promise<number> {
  const paths = statePaths();
  using link = new SupervisorLink(paths);
  const connection = await link.find();
  const known = await listSessions(link, { all: true });
  const session = resolveSession(typed, here(), known);
  if (process.env.CODEX_SESSIONS_SESSION === session.fullName)
    throw usageError(
      `this is inside ${displayName(session)}, and would end with it`,
      'Restart it from another terminal.',
    );
  await agreeOnWorld(link, displayName(session), there);
  const request = await requestFor(session, paths);
  if (connection && session.state === 'running') {
    // Find out before ending it whether it can be brought back.
    await planStart({ ...request, replaces: true });
    if (whenIdle) await idle(connection, session);
    else if (isInteractive() && !yes && isBusy(session) && !(await agreed([session], 'restart')))
      return EXIT.ok;
    await end(connection, session);
  }
  return await begin(link, session, request);
}

async function requestFor(session: SessionInfo, paths: StatePaths): Promise<StartRequest> {
  const { name, cwd, hash, root } = session;
  const project = { root, name: session.project, hash };
  const config = await loadConfig(process.env, project);
  return { project, name, cwd, userArgs: [], asItRan: true, config, paths, live: undefined };
}

async function idle(connection: Connection, { fullName }: SessionInfo): Promise<void> {
  const watch = await SessionWatch.open(connection, [fullName]);
  const isQuiet = (session: SessionInfo | undefined) =>
    session &&
    (session.state !== 'running' ||
      asksAtStart(session) ||
      /^(?:idle|done|error)$/.test(session.status ?? ''));
  if (isQuiet(watch.get(fullName))) return;
  say(`Waiting until ${safeText(fullName)} is idle.`);
  await watch.next(({ session }) => isQuiet(session) || undefined, IDLE_LIMIT_MS);
}

async function end(connection: Connection, session: SessionInfo): Promise<void> {
  const { fullName } = session;
  await connection.request({ type: 'detach', fullName }, 'done').catch(() => {});
  await connection.request({ type: 'kill', fullNames: [fullName] }, 'killed', 0);
}

async function begin(
  link: SupervisorLink,
  session: SessionInfo,
  request: StartRequest,
): Promise<number> {
  const { plan, created } = await withColors(sayLost, (question) =>
    link.run(async (connection) => {
      const { sessions: live } = await connection.request({ type: 'list' }, 'sessions');
      const plan = await planStart({ ...request, live });
      return { plan, ...(await requestStart(connection, plan, RESTORE_WAIT_MS, question)) };
    }),
  );
  if (!created)
    throw new UserError(
      `somebody else has started ${displayName(session)} in this moment`,
      `Attach: codex-sessions attach ${typedName(session)}`,
    );
  const said = saidOf(plan);
  if (said) say(said);
  await sayLacks(link);
  printName(session);
  return EXIT.ok;
}
