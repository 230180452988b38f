/** `events`: prints a line for each change of the sessions as it happens. */

import {
  awaitSupervisor,
  connect,
  endOf,
  GoneError,
  SessionWatch,
  SupervisorLink,
  type WatchEvent,
} from '../client/index.ts';
import { EXIT } from '../platform/errors.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { type StatePaths, statePaths } from '../store/paths.ts';
import { endWithReader, say } from '../terminal/output.ts';
import { EventPrinter } from './events/event-printer.ts';
import { sessionsNamed } from './shared/script-target.ts';

interface Options {
  readonly json: boolean;
  readonly snapshot: boolean;
}

export async function run(options: Options, names: readonly string[]): Promise<number> {
  const paths = statePaths();
  endWithReader();
  return names.length > 0 ? followSome(paths, options, names) : followAll(paths, options);
}

/**
 * Until all of them have ended.
 * @throws GoneError when they cannot be followed to their ends
 */
async function followSome(
  paths: StatePaths,
  { json, snapshot }: Options,
  names: readonly string[],
): Promise<number> {
  const { link, sessions } = await sessionsNamed(paths, names);
  using _link = link;
  const left = new Set(sessions.filter(isRunning).map(({ fullName }) => fullName));
  const watch = left.size > 0 ? await SessionWatch.open(link, [...left]) : undefined;
  for (const fullName of left) if (!watch?.get(fullName)) left.delete(fullName);
  if (!watch || left.size === 0) return EXIT.ok;
  const printer = new EventPrinter(json);
  printer.initial(watch.sessions.values(), snapshot ? 'snapshot' : undefined);
  if (snapshot) printer.ready();
  await follow(watch, printer, ({ event, session }) => {
    if (event === 'exited') left.delete(watch.followedAs(session));
    return left.size === 0;
  });
  return EXIT.ok;
}

/**
 * Never resolves: when a supervisor leaves with its last session, waits for the next one; when one
 * is lost with its sessions, prints the end of each.
 * @throws LeftBehindError when changes are missing because they were read too slowly
 */
async function followAll(paths: StatePaths, { json, snapshot }: Options): Promise<number> {
  const printer = new EventPrinter(json);
  for (let first = true; ; first = false) {
    const there = await connect(paths);
    if (first && !there && snapshot) printer.ready();
    using link = new SupervisorLink(paths, there ?? (await awaitSupervisor(paths)));
    const watch = await SessionWatch.open(link);
    if (!watch) continue;
    // We waited for this supervisor, so the sessions that it started before we connected are new.
    const isNews = !first || !there;
    printer.initial(
      watch.sessions.values(),
      isNews ? 'started' : snapshot ? 'snapshot' : undefined,
    );
    if (!isNews && snapshot) printer.ready();
    try {
      await follow(watch, printer, () => false);
    } catch (error) {
      if (!(error instanceof GoneError)) throw error;
      printLost(printer, paths, watch);
    }
  }
}

/** Prints the ends of the sessions of a supervisor that has gone without reporting them. */
function printLost(printer: EventPrinter, paths: StatePaths, watch: SessionWatch): void {
  const sessions = [...watch.sessions.values()].filter(isRunning);
  if (sessions.length === 0) return;
  const some = sessions.length === 1 ? 'a session' : `${sessions.length} sessions`;
  say(`The supervisor has gone away, and ${some} with it; waiting for the next one.`);
  const at = new Date().toISOString();
  for (const session of sessions)
    printer.print({ event: 'exited', at, seq: null, session: endOf(paths, session, at) });
}

/** @param last true for the last event to print */
async function follow(
  watch: SessionWatch,
  printer: EventPrinter,
  last: (event: WatchEvent) => boolean,
): Promise<void> {
  watch.onGap = (gap) => printer.gap(gap);
  await watch.next((event) => {
    printer.print(event);
    return last(event) || undefined;
  }, Number.POSITIVE_INFINITY);
}

function isRunning({ state }: SessionInfo): boolean {
  return state === 'running';
}
