/**
 * Lists sessions: the live ones as the supervisor reports them, the ended ones from their records.
 * Without a supervisor none is live.
 */
import type { SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import {
  endedAtMs,
  recordFileName,
  type ScannedRecords,
  type SessionRecord,
  scanRecords,
} from '../../store/record.ts';
import { dropExpired } from '../../store/retention.ts';
import type { Connection } from '../connection/connection.ts';
import { isLeaving } from '../connection/errors.ts';
import { SupervisorLink } from '../connection/supervisor-link.ts';

export interface ListOptions {
  /** Also what was killed, or ended well by itself. */
  readonly all?: boolean;
}

/**
 * The live sessions and those of the ended ones that are worth listing, in no order.
 * @throws UserError when a supervisor runs and does not answer
 */
export async function listSessions(
  link: SupervisorLink,
  options: ListOptions = {},
): Promise<SessionInfo[]> {
  const { live, ended } = await scanSessions(link);
  const listed = ended.filter((record) => options.all || worthListing(record));
  return [...live, ...listed.map((record) => infoOf(link.paths, record))];
}

/** As {@link listSessions}, over a connection of its own. */
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
  /** Files that could not be understood, and are left as they are. */
  readonly unknown: Pick<ScannedRecords, 'later' | 'unreadable'>;
}

/**
 * All sessions; records that are older than the configured time are dropped.
 * @throws UserError when a supervisor runs and does not answer
 */
export async function scanSessions(link: SupervisorLink): Promise<SessionScan> {
  const { paths } = link;
  const connection = await link.find();
  const live = connection ? await liveSessions(connection) : [];
  const { records, ...unknown } = scanRecords(paths.records, new Set(live.map(recordFileName)));
  return { live, ended: await dropExpired(paths, records), unknown };
}

/** What runs; nothing where the supervisor is leaving. `limitMs` is for its answer. */
export async function liveSessions(
  connection: Connection,
  limitMs?: number,
): Promise<readonly SessionInfo[]> {
  try {
    return (await connection.request({ type: 'list' }, 'sessions', limitMs)).sessions;
  } catch (error) {
    if (isLeaving(error)) return [];
    throw error;
  }
}

/** What died without being asked to: lost, or failed by itself. */
export function worthListing(record: SessionRecord): boolean {
  const { end } = record;
  return isLost(record) || (end?.by === 'exit' && end.code !== 0);
}

/** It ran when the supervisor, the machine or a signal that was not ours ended it. */
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
    cwd: record.cwd,
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
