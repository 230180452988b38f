/**
 * Lists sessions: the live ones as the supervisor reports them (none without a supervisor), the ended
 * ones from their records.
 */
import { bootId, isAlive } from '../../platform/process-identity.ts';
import type { GuardInfo, SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import {
  endedAtMs,
  readRecord,
  recordFileName,
  type ScannedRecords,
  type SessionRecord,
  scanRecords,
} from '../../store/record.ts';
import { dropExpired } from '../../store/retention.ts';
import { SupervisorLink } from '../connection/supervisor-link.ts';

export interface ListOptions {
  /** Also sessions that were killed or ended by themselves without an error. */
  readonly all?: boolean;
}

/**
 * The live sessions and the ended ones that are worth listing, in no particular order.
 * @throws UserError when the supervisor does not answer
 */
export async function listSessions(
  link: SupervisorLink,
  options: ListOptions = {},
): Promise<SessionInfo[]> {
  const { live, ended } = await scanSessions(link);
  const listed = ended.filter((record) => options.all || worthListing(record));
  return [...live, ...listed.map((record) => infoOf(link.paths, record))];
}

/** As {@link listSessions}, on a connection of its own. */
export async function listOnce(
  paths: StatePaths,
  options: ListOptions = {},
): Promise<SessionInfo[]> {
  using link = new SupervisorLink(paths);
  return await listSessions(link, options);
}

export interface SessionScan {
  readonly live: readonly SessionInfo[];
  readonly ended: readonly SessionRecord[];
  /** Record files that could not be read, and are left as they are. */
  readonly unknown: Pick<ScannedRecords, 'later' | 'unreadable'>;
  /** Undefined if the supervisor does not say, or is not running. */
  readonly guard: GuardInfo | undefined;
}

/**
 * All sessions; removes records older than the configured retention.
 * @throws UserError when the supervisor does not answer
 */
export async function scanSessions(link: SupervisorLink): Promise<SessionScan> {
  const { paths } = link;
  const answer = await link.ask({ type: 'list' }, 'sessions');
  const live = answer?.sessions ?? [];
  const { records, ...unknown } = scanRecords(paths.records, new Set(live.map(recordFileName)));
  const others = records.filter((record) => !isOfOne(live, record));
  return { live, ended: await dropExpired(paths, others), unknown, guard: answer?.guard };
}

/**
 * Whether a record without an end belongs to a live session, which may have been renamed since:
 * then the process is the same.
 */
export function isOfOne(live: readonly SessionInfo[], record: SessionRecord): boolean {
  const { pid, pidStart, end } = record;
  if (end !== null || pidStart === undefined || record.bootId !== bootId()) return false;
  return live.some((session) => session.pid === pid) && isAlive(pid, pidStart);
}

/** The live sessions; none without a supervisor. `limitMs`: how long to wait for its answer. */
export async function liveSessions(
  link: SupervisorLink,
  limitMs?: number,
): Promise<readonly SessionInfo[]> {
  return (await link.ask({ type: 'list' }, 'sessions', limitMs))?.sessions ?? [];
}

/** Whether it ended unexpectedly: lost, or with an error. */
export function worthListing(record: SessionRecord): boolean {
  const { end } = record;
  return isLost(record) || (end?.by === 'exit' && end.code !== 0);
}

/** Whether it was ended by the loss of the supervisor or the machine, or by a signal not from us. */
export function isLost({ end }: SessionRecord): boolean {
  return end === null || end.by === 'lost';
}

export function infoOf(paths: StatePaths, record: SessionRecord): SessionInfo {
  const { end } = record;
  const lost = isLost(record);
  return {
    fullName: record.fullName,
    name: record.name,
    project: record.project,
    hash: record.hash,
    root: record.root,
    cwd: record.directory ?? record.cwd,
    state: lost ? 'lost' : 'exited',
    status: null,
    statusReason: null,
    statusMessage: null,
    statusSince: null,
    statusSource: null,
    seen: true,
    pid: null,
    clients: 0,
    title: record.title ?? null,
    contextLeft: null,
    conversation: record.conversation ?? null,
    codexVersion: record.codexVersion ?? null,
    createdAt: record.createdAt,
    lastActivityAt: record.lastActivityAt,
    endedBy: end?.by ?? 'lost',
    endedAt: new Date(endedAtMs(paths.records, record)).toISOString(),
    exit: end ? { code: end.code, signal: end.signal } : null,
    lastLines: end?.lastLines ?? [],
  };
}

/**
 * A session that was followed until its supervisor died, and is gone: from its record, if that is
 * of the same process.
 */
export function endOf(paths: StatePaths, session: SessionInfo, at: string): SessionInfo {
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
