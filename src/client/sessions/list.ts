/**
 * What sessions there are: the live ones as the supervisor tells, the ended ones from their files.
 * Without a supervisor nothing is live, and the files alone say what was.
 */
import { EXIT, UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { DEFAULT_NAME, find, isValidName, shortName } from '../../store/names.ts';
import type { StatePaths } from '../../store/paths.ts';
import type { Project } from '../../store/project.ts';
import {
  endedAtMs,
  recordFileName,
  type ScannedRecords,
  type SessionRecord,
  scanRecords,
} from '../../store/record.ts';
import { dropExpired } from '../../store/retention.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { connect, withSupervisor } from '../connection/connect.ts';
import { type Connection, isLeaving } from '../connection/connection.ts';

/** Of those that there are, where the one that was asked for is not. */
const NAMES_SHOWN = 5;

export interface ListOptions {
  /** Also what was killed, or ended well by itself. */
  readonly all?: boolean;
  /** Ask over this connection, which stays open. */
  readonly connection?: Connection;
}

export async function listSessions(
  paths: StatePaths,
  options: ListOptions = {},
): Promise<SessionInfo[]> {
  const { live, ended } = await scanSessions(paths, options.connection);
  const listed = ended.filter((record) => options.all || worthListing(record));
  return [...live, ...listed.map((record) => infoOf(paths, record))];
}

export interface SessionScan {
  readonly live: readonly SessionInfo[];
  readonly ended: readonly SessionRecord[];
  /** Files that could not be understood, and are left as they are. */
  readonly unknown: Pick<ScannedRecords, 'later' | 'unreadable'>;
}

/** Everything there is; what has ended longer ago than it is to be remembered is dropped. */
export async function scanSessions(paths: StatePaths, open?: Connection): Promise<SessionScan> {
  const connection = open ?? (await connect(paths));
  const live = connection ? await liveSessions(connection) : [];
  if (!open) connection?.close();
  const { records, ...unknown } = scanRecords(paths.records, new Set(live.map(recordFileName)));
  return { live, ended: await dropExpired(paths, records), unknown };
}

/** What runs; nothing where the supervisor leaves in this moment. */
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

/**
 * What is live, for whoever would end what is not: a supervisor that goes away while it is asked may
 * have handed its sessions over, so its successor is asked then. The connection stays open.
 */
export async function liveForSure(
  paths: StatePaths,
  first?: Connection,
): Promise<{ connection: Connection; live: readonly SessionInfo[] }> {
  return withSupervisor(paths, first, async (connection) => {
    const { sessions } = await connection.request({ type: 'list' }, 'sessions');
    return { connection, live: sessions };
  });
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

/**
 * The session that the user means; `main` of this project when nothing was typed.
 * @throws UserError 3 with the nearest names, 4 with the candidates.
 */
export function resolveSession(
  typed: string | undefined,
  here: Project,
  sessions: readonly SessionInfo[],
): SessionInfo {
  const name = typed ?? DEFAULT_NAME;
  const found = find(name, here, sessions);
  if (found.type === 'found') return found.session;
  if (found.type === 'ambiguous')
    throw new UserError(
      `${name} could be any of ${found.candidates.length} sessions`,
      `Give the full name of the one you mean: ${found.candidates.map(withDirectory).join(', ')}`,
      EXIT.ambiguousName,
    );
  throw noSuchSession(name, here, sessions);
}

/**
 * Several, each once. All are looked up before anything is done: one name that is wrong stops all of
 * it, and `undone` (`nothing was …`) says so where there were others.
 * @throws UserError as {@link resolveSession}
 */
export function resolveAll(
  names: readonly string[],
  here: Project,
  sessions: readonly SessionInfo[],
  undone: string,
): SessionInfo[] {
  try {
    return [...new Set(names.map((name) => resolveSession(name, here, sessions)))];
  } catch (error) {
    if (!(error instanceof UserError) || names.length === 1) throw error;
    throw new UserError(`${error.message}: ${undone}`, error.hint, error.exitCode);
  }
}

/** A hash alone tells nobody which project that is. */
function withDirectory({ fullName, root }: SessionInfo): string {
  return `${safeText(fullName)} in ${safeText(root)}`;
}

function noSuchSession(typed: string, here: Project, sessions: readonly SessionInfo[]): UserError {
  // What can be made is a session of this project; any other name must be meant for one that is there.
  const isPlain = isValidName(typed);
  const known = knownNames(typed, here, sessions);
  const shown = known.slice(0, NAMES_SHOWN);
  const more = known.length - shown.length;
  const hints = [
    ...(shown.length > 0
      ? [`There are: ${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}.`]
      : []),
    ...(isPlain
      ? [`${shown.length > 0 ? 'Or make' : 'Make'} it: codex-sessions start ${typed}`]
      : []),
  ];
  return new UserError(
    `there is no session ${typed}${isPlain ? ` in ${here.name}` : ''}`,
    hints.join(' ') || 'See what there is: codex-sessions ls --all',
    EXIT.noSuchSession,
  );
}

/** As they can be typed here: this project's before those of the same name, unless another one was meant. */
function knownNames(typed: string, here: Project, sessions: readonly SessionInfo[]): string[] {
  const isHere = ({ hash }: SessionInfo) => hash === here.hash;
  const parts = typed.split(':');
  const isNamed = ({ name }: SessionInfo) => parts.includes(name);
  const rank = (session: SessionInfo) =>
    parts.length > 1 && isNamed(session) ? 0 : isHere(session) ? 1 : isNamed(session) ? 2 : 3;
  const ranked = [...sessions].sort((a, b) => rank(a) - rank(b));
  return [
    ...new Set(ranked.map((session) => (isHere(session) ? session.name : shortName(session)))),
  ];
}
