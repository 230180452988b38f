/** `events`: prints a line for each change of the sessions as it happens. */

import { awaitSupervisor, connect, GoneError, infoOf, SessionWatch } from '../client/index.ts';
import { EXIT, UserError } from '../platform/errors.ts';
import type { SessionEvent, SessionInfo } from '../protocol/messages.ts';
import { type StatePaths, statePaths } from '../store/paths.ts';
import { readRecord } from '../store/record.ts';
import { say } from '../terminal/output.ts';
import { EventPrinter } from './events/event-printer.ts';
import { sessionsNamed } from './shared/script-target.ts';

interface Options {
  readonly json: boolean;
  readonly snapshot: boolean;
}

export async function run(options: Options, names: readonly string[]): Promise<number> {
  const paths = statePaths();
  return names.length > 0 ? followSome(paths, options, names) : followAll(paths, options);
}

/** Until all of them have ended. @throws GoneError when the supervisor goes away before that */
async function followSome(
  paths: StatePaths,
  { json, snapshot }: Options,
  names: readonly string[],
): Promise<number> {
  const { connection, sessions } = await sessionsNamed(paths, names);
  using _connection = connection;
  const left = new Set(sessions.filter(isRunning).map(({ fullName }) => fullName));
  if (!connection || left.size === 0) return EXIT.ok;
  const watch = await SessionWatch.open(connection, [...left]);
  for (const fullName of left) if (!watch.get(fullName)) left.delete(fullName);
  const printer = new EventPrinter(json);
  printer.initial(watch.sessions.values(), snapshot ? 'snapshot' : undefined);
  await follow(watch, printer, ({ event, session }) => {
    if (event === 'exited') left.delete(watch.followedAs(session));
    return left.size === 0;
  });
  return EXIT.ok;
}

/**
 * Never resolves: after a supervisor that leaves with its last session, waits for the next one. When
 * one is lost with its sessions, prints the end of each.
 */
async function followAll(paths: StatePaths, { json, snapshot }: Options): Promise<number> {
  const printer = new EventPrinter(json);
  let was: Followed | undefined;
  let first = true;
  for (;;) {
    const there = await connect(paths);
    if (!there) {
      printLost(printer, paths, was);
      was = undefined;
    }
    using connection = there ?? (await awaitSupervisor(paths));
    try {
      const watch = await SessionWatch.open(connection);
      const now = { pid: connection.welcome?.pid, watch };
      refuseGap(was, now);
      printLost(printer, paths, was);
      was = now;
      // We waited for this supervisor, so the sessions that it started before we connected are new.
      const isNews = !first || !there;
      first = false;
      printer.initial(
        watch.sessions.values(),
        isNews ? 'started' : snapshot ? 'snapshot' : undefined,
      );
      await follow(watch, printer, () => false);
    } catch (error) {
      if (!(error instanceof GoneError)) throw error;
    }
  }
}

/** A supervisor, and its sessions as last reported. */
interface Followed {
  readonly pid: number | undefined;
  readonly watch: SessionWatch;
}

/** @throws UserError when only the connection was lost: then changes are missing */
function refuseGap(was: Followed | undefined, now: Followed): void {
  if (!was) return;
  const sameSessions = runningIn(was).some(
    ({ fullName, pid }) => now.watch.get(fullName)?.pid === pid,
  );
  if (now.pid !== was.pid && !sameSessions) return;
  throw new UserError(
    'this command read too slowly and was left behind: changes are missing',
    'Start it again, and read its output faster.',
  );
}

/** Prints the ends of the sessions of a supervisor that has gone without reporting them. */
function printLost(printer: EventPrinter, paths: StatePaths, was: Followed | undefined): void {
  const sessions = was ? runningIn(was) : [];
  if (sessions.length === 0) return;
  const some = sessions.length === 1 ? 'a session' : `${sessions.length} sessions`;
  say(`The supervisor has gone away, and ${some} with it; waiting for the next one.`);
  const at = new Date().toISOString();
  for (const session of sessions)
    printer.print({ event: 'exited', at, session: ended(paths, session, at) });
}

/** The session's end, from its record if that is still of the same run. */
function ended(paths: StatePaths, session: SessionInfo, at: string): SessionInfo {
  const record = readRecord(paths.records, session);
  if (record?.pid === session.pid) return infoOf(paths, record);
  const { fullName, name, project, hash, root, cwd, title, conversation, createdAt } = session;
  return {
    ...{ fullName, name, project, hash, root, cwd, title, conversation, createdAt },
    ...{ status: null, statusReason: null, statusMessage: null, statusSince: null },
    ...{ statusSource: null, seen: true, pid: null, clients: 0, exit: null, lastLines: [] },
    ...{ state: 'lost', endedBy: 'lost', endedAt: at, lastActivityAt: session.lastActivityAt },
  };
}

function runningIn({ watch }: Followed): SessionInfo[] {
  return [...watch.sessions.values()].filter(isRunning);
}

/** @param last true for the last event to print */
async function follow(
  watch: SessionWatch,
  printer: EventPrinter,
  last: (event: SessionEvent) => boolean,
): Promise<void> {
  await watch.next((event) => {
    printer.print(event);
    return last(event) || undefined;
  }, Number.POSITIVE_INFINITY);
}

function isRunning({ state }: SessionInfo): boolean {
  return state === 'running';
}
