/** Takes over from a supervisor that has died, with the descriptors that its guard held. */
import { closeSync } from 'node:fs';
import { base64 } from '../../platform/base64.ts';
import { isAlive } from '../../platform/process-identity.ts';
import { sinceBootMs } from '../../platform/since-boot.ts';
import { acquireLock, type Holder, lockHolder } from '../../store/lock.ts';
import type { Log } from '../../store/log.ts';
import { wasEndMeant } from '../../store/meant-end.ts';
import type { StatePaths } from '../../store/paths.ts';
import { readRecord } from '../../store/record.ts';
import { closeStrayDescriptors } from '../hand-over/stray-descriptors.ts';
import { CommonFile, type History } from '../memory/common-file.ts';
import { reopenMemoryFile } from '../memory/memory-file.ts';
import { SessionFile } from '../memory/session-file.ts';
import type { EventHub } from '../server/event-hub.ts';
import type { Server } from '../server/server.ts';
import { readRemembered } from '../session/remembered.ts';
import { storedScreen } from '../session/screen-history.ts';
import type { Size } from '../session/session.ts';
import { SessionMemory } from '../session/session-memory.ts';
import type { SessionState } from '../session/session-state.ts';
import { inherit } from '../session/succession.ts';
import type { SessionTable } from '../session/table.ts';
import type { Guard, Past } from './guard.ts';
import { COMMON_FD, FIRST_SESSION_FD, LIFELINE_FD, LISTENER_FD } from './inheritance.ts';

/** A successor that dies within this time counts as a death soon after a take-over. */
const SOON_MS = Number(process.env.CODEX_SESSIONS_SOON_MS ?? 10_000);
const SOON_DEATHS_MAX = 3;
/**
 * The kernel closes a process's descriptors before the process is gone; if it pipes out a core
 * dump, after it.
 */
const GONE_LIMIT_MS = 2_000;
/** A later guard, which holds more, takes over within this time. */
const LATER_GUARD_MS = 500;
const POLL_MS = 2;

interface Found {
  /** Has the size of the stored screen. */
  readonly state: SessionState;
  readonly size: Size;
  readonly file: SessionFile;
  /** The program has written output that the stored screen may lack. */
  readonly marked: boolean;
}

interface Parts {
  readonly table: SessionTable;
  readonly server: Server;
  readonly events: EventHub;
  readonly guard: Guard;
}

/**
 * @param inherited the value of GUARDED_VARIABLE
 * @returns the number of sessions that go on; undefined if another supervisor has taken over, or if
 *   too many have died in a row
 */
export async function recover(
  { table, server, events, guard }: Parts,
  paths: StatePaths,
  log: Log,
  inherited: string,
): Promise<number | undefined> {
  const [generation = 0, sessions = 0] = inherited.split(':').map(Number);
  closeSync(LIFELINE_FD);
  const common = new CommonFile(reopenMemoryFile(COMMON_FD));
  const { history } = common;
  await gone(history);
  const past = await pastIfOurTurn(generation, common, paths, log);
  if (!past) return undefined;
  const masters = Array.from({ length: sessions }, (_, i) => FIRST_SESSION_FD + 2 * i);
  const held = masters.flatMap((master) => [master, reopenMemoryFile(master + 1)]);
  // First of all a guard for us, as we may die too.
  guard.inherit(common, { ...past, eventSeq: common.eventSeq }, LISTENER_FD, held);
  if (!takeLock(paths, log)) {
    guard.leave();
    log.info('another one has taken over');
    return undefined;
  }
  guard.named();
  log.error(`the supervisor ${history.pid} has died`);
  closeStrayDescriptors(new Set([LISTENER_FD, common.fd, ...held]));
  const found = masters.flatMap((_, i) =>
    find(held[2 * i] ?? -1, held[2 * i + 1] ?? -1, paths, log),
  );
  server.hold();
  await server.listener.adopt(paths.socket, LISTENER_FD, history.listenerInode);
  // The predecessor may have sent an event that it did not count.
  events.seq = common.eventSeq + 1;
  build(table, found, log);
  if (table.size < sessions) guard.renew();
  server.serve();
  return table.size;
}

/** The deaths so far; undefined if a later guard has taken over, or if none may any more. */
async function pastIfOurTurn(
  generation: number,
  common: CommonFile,
  paths: StatePaths,
  log: Log,
): Promise<Omit<Past, 'eventSeq'> | undefined> {
  if (generation < common.generation && (await isFollowed(paths, common))) {
    log.info('a later guard has taken over');
    return undefined;
  }
  const { history } = common;
  const past = deathsWith(history, wasEndMeant(paths, history));
  if (past.soonDeaths < SOON_DEATHS_MAX) return past;
  log.error(`${SOON_DEATHS_MAX} in a row have died soon: nobody takes over`);
  return undefined;
}

function build(table: SessionTable, found: readonly Found[], log: Log): void {
  for (const { state, size, file, marked } of found) {
    try {
      const session = table.adopt(state);
      session.terminal.putSize(size);
      inherit(session, new SessionMemory(session, log, file), marked);
    } catch (error) {
      log.error(`${state.spec.fullName} is lost`, error);
      file.close();
      closeSync(state.master);
    }
  }
}

/** What is stored of a session; empty if it cannot be used, or if the session had ended. */
function find(master: number, fd: number, paths: StatePaths, log: Log): Found[] {
  const file = new SessionFile(fd);
  try {
    const [fixed, { name, fullName, killed, up, ...facts }] = readRemembered(file);
    const { pid, startTime, createdAt } = fixed;
    const spec = { ...fixed.spec, name, fullName };
    const record = readRecord(paths.records, spec);
    // … and a new session may have its name by now.
    if (record && (record.end || record.pid !== pid) && !isAlive(pid, startTime))
      throw new Error('it has ended');
    const marks = file.marks;
    const screen = storedScreen(file);
    const state: SessionState = {
      ...facts,
      ...(screen && { cols: screen.cols, rows: screen.rows }),
      ...{ spec, master, pid, startTime, createdAt, killed, up },
      ...{ screen: base64(screen?.bytes ?? Buffer.alloc(0)), pending: '', clients: [] },
      stale: marks.state,
    };
    const size = { cols: facts.cols, rows: facts.rows };
    return [{ state, size, file, marked: marks.screen || !screen }];
  } catch (error) {
    log.info(`a session is not taken over: ${error instanceof Error ? error.message : error}`);
    file.close();
    closeSync(master);
    return [];
  }
}

function deathsWith(history: History, meant: boolean): Omit<Past, 'eventSeq'> {
  const soon = history.tookOver && !meant && sinceBootMs() - history.since < SOON_MS;
  return {
    deaths: history.deaths + 1,
    soonDeaths: soon ? history.soonDeaths + 1 : 0,
    lastDeathAt: new Date().toISOString(),
    ...(history.listenerInode === undefined ? {} : { listenerInode: history.listenerInode }),
  };
}

async function gone({ pid, startTime }: History): Promise<void> {
  for (let waitedMs = 0; waitedMs < GONE_LIMIT_MS; waitedMs += POLL_MS) {
    if (!isAlive(pid, startTime)) return;
    await pause();
  }
}

async function isFollowed(paths: StatePaths, common: CommonFile): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < LATER_GUARD_MS; waitedMs += POLL_MS) {
    // A supervisor that could not take the lock is still written down in the common memory file.
    for (const one of [holderOf(paths), common.history])
      if (one && isAlive(one.pid, one.startTime)) return true;
    await pause();
  }
  return false;
}

function holderOf(paths: StatePaths): Holder | undefined {
  try {
    return lockHolder(paths.lock);
  } catch {
    // The state directory is gone.
    return undefined;
  }
}

/**
 * An error counts as taken: state-directory-watch.ts retries, and nobody else can take the lock
 * meanwhile.
 */
function takeLock(paths: StatePaths, log: Log): boolean {
  try {
    return acquireLock(paths.lock).held;
  } catch (error) {
    log.error('the lock cannot be taken yet', error);
    return true;
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, POLL_MS));
}
