/** What the commands for scripts have in common: finding sessions, and following them. */
import {
  type Connection,
  listSessions,
  notRunning,
  resolveSession,
  SessionWatch,
  SupervisorLink,
} from '../../client/index.ts';
import { codexHomeOf } from '../../codex/conversation.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { readRecord } from '../../store/record.ts';
import { here } from './context.ts';

/** One session that runs, and the connection over which it is asked and followed. */
export interface Target {
  readonly connection: Connection;
  readonly watch: SessionWatch;
  readonly fullName: string;
}

/** @throws UserError 3 when there is no such session or it does not run, 4 for several. */
export async function targetNamed(paths: StatePaths, typed: string | undefined): Promise<Target> {
  const link = new SupervisorLink(paths);
  const sessions = await listSessions(link, { all: true });
  const connection = await link.find();
  const session = resolveSession(typed, here(), sessions);
  if (!connection || session.state !== 'running') throw notRunning(session);
  return follow(connection, session.fullName);
}

/** @throws UserError 3 when it has ended meanwhile. */
export async function follow(connection: Connection, fullName: string): Promise<Target> {
  const watch = await SessionWatch.open(connection, [fullName]);
  return { connection, watch, fullName };
}

/** Several sessions, each once, running or not. */
export async function sessionsNamed(
  paths: StatePaths,
  typed: readonly string[],
): Promise<{ connection: Connection | undefined; sessions: SessionInfo[] }> {
  const link = new SupervisorLink(paths);
  const all = await listSessions(link, { all: true });
  const project = here();
  const sessions = new Set(typed.map((name) => resolveSession(name, project, all)));
  return { connection: await link.find(), sessions: [...sessions] };
}

/** Where the Codex of this session keeps its records. */
export function codexHomeOfSession(paths: StatePaths, session: SessionInfo): string {
  return readRecord(paths.records, session)?.codexHome ?? codexHomeOf(process.env);
}
