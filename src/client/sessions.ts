/**
 * What sessions there are: the live ones as the supervisor tells, the ended ones from their files.
 * Without a supervisor nothing is live, and the files alone say what was.
 */
import { EXIT, UserError } from '../errors.ts';
import { DEFAULT_NAME, find, shortName } from '../names.ts';
import type { StatePaths } from '../paths.ts';
import type { Project } from '../project.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { readRecords, recordFileName, type SessionRecord } from '../record.ts';
import { connect } from './connect.ts';
import { type Connection, isLeaving } from './connection.ts';

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
  const connection = options.connection ?? (await connect(paths));
  const live = connection ? await liveSessions(connection) : [];
  if (!options.connection) connection?.close();
  const files = new Set(live.map(recordFileName));
  const ended = readRecords(paths.records, files).filter(
    (record) => options.all || worthListing(record),
  );
  return [...live, ...ended.map(infoOf)];
}

/** What runs; nothing where the supervisor leaves in this moment. */
export async function liveSessions(connection: Connection): Promise<readonly SessionInfo[]> {
  try {
    return (await connection.request({ type: 'list' }, 'sessions')).sessions;
  } catch (error) {
    if (isLeaving(error)) return [];
    throw error;
  }
}

/** What died without being asked to: lost, or failed by itself. */
function worthListing({ end }: SessionRecord): boolean {
  return end === null || end.by === 'lost' || (end.by === 'exit' && end.code !== 0);
}

function infoOf(record: SessionRecord): SessionInfo {
  const { end } = record;
  const lost = end === null || end.by === 'lost';
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
    createdAt: record.createdAt,
    lastActivityAt: record.lastActivityAt,
    endedAt: end?.at ?? null,
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
      `${name} could be any of ${found.candidates.map((s) => s.fullName).join(', ')}`,
      'Give the full name of the one you mean.',
      EXIT.ambiguousName,
    );
  throw noSuchSession(name, here, sessions);
}

function noSuchSession(name: string, here: Project, sessions: readonly SessionInfo[]): UserError {
  const local = sessions.filter((s) => s.hash === here.hash).map((s) => s.name);
  const elsewhere = sessions.filter((s) => s.name === name).map(shortName);
  const others = [...local, ...elsewhere, ...sessions.map(shortName)];
  const names = [...new Set(others)].slice(0, 5);
  const hint =
    names.length > 0
      ? `There are: ${names.join(', ')}. Or make it: codex-sessions start ${name}`
      : `Make it: codex-sessions start ${name}`;
  return new UserError(`there is no session ${name} in ${here.name}`, hint, EXIT.noSuchSession);
}
