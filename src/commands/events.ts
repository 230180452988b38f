/** `events`: a line for each change of the sessions, as it happens. */

import { awaitSupervisor } from '../client/await-supervisor.ts';
import { connect } from '../client/connect.ts';
import { GoneError } from '../client/connection.ts';
import { SessionWatch } from '../client/session-watch.ts';
import { EXIT, UserError } from '../errors.ts';
import { print } from '../output.ts';
import { type StatePaths, statePaths } from '../paths.ts';
import type { SessionEvent, SessionInfo } from '../protocol/messages.ts';
import { safeText } from '../safe-text.ts';
import { spoken } from './context.ts';
import { sessionsNamed } from './script-target.ts';

interface Options {
  readonly json: boolean;
  readonly snapshot: boolean;
}

export async function run(options: Options, names: readonly string[]): Promise<number> {
  const paths = statePaths();
  return names.length > 0 ? followSome(paths, options, names) : followAll(paths, options);
}

/** Until each of them has ended. */
async function followSome(
  paths: StatePaths,
  options: Options,
  names: readonly string[],
): Promise<number> {
  const { connection, sessions } = await sessionsNamed(paths, names);
  using _connection = connection;
  const left = new Set(sessions.filter(isRunning).map(({ fullName }) => fullName));
  if (!connection || left.size === 0) return EXIT.ok;
  const watch = await SessionWatch.open(connection, [...left]);
  for (const fullName of left) if (!watch.get(fullName)) left.delete(fullName);
  await told(watch, options, ({ event, session }) => {
    if (event === 'exited') left.delete(watch.followedAs(session));
    return left.size === 0;
  });
  return EXIT.ok;
}

/** For good: a supervisor that leaves with its last session has a successor some day. */
async function followAll(paths: StatePaths, options: Options): Promise<number> {
  let before: number | undefined;
  for (;;) {
    const there = before === undefined ? await connect(paths) : undefined;
    using connection = there ?? (await awaitSupervisor(paths));
    try {
      const watch = await SessionWatch.open(connection);
      const pid = connection.welcome?.pid;
      if (pid === before)
        throw new UserError(
          'this command read too slowly and was left behind: changes are missing',
          'Start it again, and read its output faster.',
        );
      before = pid;
      if (!there) tellStarted(watch, options);
      await told(watch, options, () => false, there !== undefined);
    } catch (error) {
      if (!(error instanceof GoneError)) throw error;
    }
  }
}

/** @param last true for the event after which nothing is to be told any more */
async function told(
  watch: SessionWatch,
  options: Options,
  last: (event: SessionEvent) => boolean,
  picture = true,
): Promise<void> {
  if (options.snapshot && picture)
    for (const session of watch.sessions.values()) tell({ event: 'snapshot', session }, options);
  await watch.next((event) => {
    tell(event, options);
    return last(event) || undefined;
  }, Number.POSITIVE_INFINITY);
}

/** We have waited for this supervisor: what it has started before we were there is news. */
function tellStarted(watch: SessionWatch, options: Options): void {
  for (const session of watch.sessions.values())
    tell({ event: 'started', at: session.createdAt, session }, options);
}

interface Told {
  readonly event: string;
  readonly at?: string;
  readonly seq?: number;
  readonly session: SessionInfo;
  /** Of one that was renamed. */
  readonly previous?: string;
}

function tell({ event, at, seq, session, previous }: Told, { json }: Options): void {
  if (json) print(JSON.stringify({ event, at: at ?? null, seq: seq ?? null, session, previous }));
  else
    print(
      `${at ?? new Date().toISOString()} ${spoken(session)} ${event}${details(event, session)}`,
    );
}

function details(event: string, session: SessionInfo): string {
  const words = detailsOf(event, session).filter(Boolean);
  return words.length > 0 ? ` ${safeText(words.join(' '), DETAILS_MAX_COLUMNS)}` : '';
}

function detailsOf(event: string, session: SessionInfo): (string | null | undefined)[] {
  switch (event) {
    case 'snapshot':
    case 'status':
      return [session.status ?? 'running', session.statusReason, session.statusMessage];
    case 'title':
      return [session.title];
    case 'conversation':
      return [session.conversation ?? 'none'];
    case 'attached':
    case 'detached':
      return [`${session.clients}`];
    case 'exited':
      return [
        session.state === 'lost' ? 'lost' : '',
        session.exit?.signal ?? `${session.exit?.code}`,
      ];
    default:
      return [];
  }
}

const DETAILS_MAX_COLUMNS = 500;

function isRunning({ state }: SessionInfo): boolean {
  return state === 'running';
}
