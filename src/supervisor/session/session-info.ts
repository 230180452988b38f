/** The description of a live session, for clients. */
import type { Exit, SessionInfo, SessionSpec } from '../../protocol/messages.ts';
import type { ProgramObserver, ProgramStatus } from '../program/program.ts';

/** The parts of a session that the description needs. */
interface Listed {
  readonly spec: SessionSpec;
  readonly exit: Exit | undefined;
  readonly pid: number;
  readonly clients: { readonly size: number };
  readonly program: Pick<ProgramObserver, 'displayTitle' | 'contextLeft'>;
  readonly conversation: string | undefined;
  readonly directory: string;
  /** This and the next in milliseconds since the epoch. */
  readonly createdAt: number;
  readonly lastActivityAt: number;
}

/** `question`: what it asks, in one line. */
export function infoOf(
  session: Listed,
  status: ProgramStatus | undefined,
  question: string | null,
): SessionInfo {
  const { spec, exit } = session;
  return {
    fullName: spec.fullName,
    name: spec.name,
    project: spec.project,
    hash: spec.hash,
    root: spec.root,
    cwd: session.directory,
    state: exit ? 'exited' : 'running',
    status: status?.status ?? null,
    statusReason: status?.reason ?? null,
    statusMessage: status?.message ?? null,
    statusSince: status ? iso(status.since) : null,
    turnSince: status?.turnSince === undefined ? null : iso(status.turnSince),
    statusSource: status?.source ?? null,
    asking: status?.asking ?? false,
    question,
    seen: status?.seen ?? true,
    pid: exit ? null : session.pid,
    clients: session.clients.size,
    title: session.program.displayTitle ?? null,
    contextLeft: exit ? null : (session.program.contextLeft ?? null),
    conversation: session.conversation ?? null,
    codexVersion: spec.codexVersion ?? null,
    createdAt: iso(session.createdAt),
    lastActivityAt: iso(session.lastActivityAt),
    endedAt: null,
    exit: exit ?? null,
    lastLines: [],
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
