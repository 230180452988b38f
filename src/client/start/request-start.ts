/**
 * Asks the supervisor to start a session without a terminal, and finds out whether its program came
 * up.
 */
import { codexHomeOf } from '../../codex/conversation.ts';
import { lostToAnother, makesDatabases } from '../../codex/first-start.ts';
import { UserError } from '../../platform/errors.ts';
import type { Reply, SessionInfo, SessionSpec } from '../../protocol/messages.ts';
import { readRecord, type SessionRecord } from '../../store/record.ts';
import { explainingLines } from '../../terminal/explaining-lines.ts';
import { ownSize } from '../../terminal/output.ts';
import { ANSWER_TIMEOUT_MS, type Connection } from '../connection/connection.ts';
import { RefusedError } from '../connection/errors.ts';
import type { SupervisorLink } from '../connection/supervisor-link.ts';
import { displayName, typedName } from '../sessions/display-name.ts';
import { infoOf } from '../sessions/list.ts';
import type { ColorSource } from './color-question.ts';
import { endLeftover } from './leftover-process.ts';
import type { Plan } from './plan.ts';
import { recalledOptions } from './recalled-options.ts';
import { sizeVariables } from './size-variables.ts';

/**
 * How long a command that starts one session waits for it to come up. Codex 0.171 draws after 0.1
 * to 0.5 s, and rejects a wrong command line within that time.
 */
export const START_WAIT_MS = 2_000;
/** … and a command that brings sessions back, perhaps many, on a machine that has just booted. */
export const RESTORE_WAIT_MS = 10_000;

/** Number of lines of its screen that are quoted. */
const QUOTED_LINES = 3;

/**
 * Returns when the program is up: it has reported something, or drawn something and stayed. One that has
 * done neither within `wantedMs` counts as up; 0 does not wait. A supervisor before 0.2 never waits. With
 * a conversation of which there is no record it waits until the program says that it has begun.
 *
 * The session has the size of this process's terminal or, without one, that of COLUMNS and LINES, so that
 * it is not resized while it starts: Codex 0.171 may then stop for 2 s (its own reader of keys takes the
 * answer to its `CSI 6 n`; 4 of 26 starts). `question`: what the terminal says of its colours is passed
 * on, before the program needs it. A first start that lost to another one, see codex/first-start.ts, is
 * tried once more. If the supervisor leaves or dies over it, its successor is asked; one is launched if
 * none is running.
 * @throws UserError when the program ended instead, with what it said last; as {@link Connection.request}
 */
export async function requestStart(
  link: SupervisorLink,
  { spec, tried }: Pick<Plan, 'spec' | 'tried'>,
  wantedMs: number,
  question?: ColorSource,
): Promise<{ readonly created: boolean; readonly session: SessionInfo }> {
  const isTried = tried !== undefined && wantedMs > 0;
  const waitMs = isTried ? RESTORE_WAIT_MS : wantedMs;
  const mayLose = waitMs > 0 && makesDatabases(spec.codexVersion, codexHomeOf(spec.env));
  const wait = waitMs > 0 ? { waitMs, ...((isTried || mayLose) && { begun: true }) } : {};
  const limitMs = ANSWER_TIMEOUT_MS + waitMs;
  const size = ownSize() ?? sizeVariables(process.env);
  const request = { spec, ...(size && { size }), ...(question && { colorsFollow: true }), ...wait };
  const start = () =>
    startOnce(link, spec, (connection, again) => {
      const asked = { ...request, spec: again };
      const answer = connection.request({ type: 'start', ...asked }, 'started', limitMs);
      // Asked after the request, so that the program does not start later because of it.
      if (question) void tellColors(connection, question);
      return answer;
    });
  let started = await start();
  const ended = () => started.session.state !== 'running';
  if (mayLose && ended() && lostToAnother(started.session.lastLines)) started = await start();
  const { session } = started;
  if (ended())
    throw tried === undefined
      ? endedAtOnce(session, recalledOptions(spec))
      : notOpened(session, tried);
  return started;
}

type Started = Extract<Reply, { type: 'started' }>;

/**
 * A supervisor that died during `ask` may have started the session. Then its successor has it, and
 * it is ours; or it is lost, and is started again once its process is gone.
 */
async function startOnce(
  link: SupervisorLink,
  spec: SessionSpec,
  ask: (connection: Connection, spec: SessionSpec) => Promise<Started>,
): Promise<Pick<Started, 'created' | 'session'>> {
  const begunAt = Date.now();
  let isRepeated = false;
  return await link.run(async (connection) => {
    if (!isRepeated) {
      isRepeated = true;
      return await ask(connection, spec);
    }
    const { sessions } = await connection.request({ type: 'list' }, 'sessions');
    const isLive = sessions.some(({ fullName }) => fullName === spec.fullName);
    const record = isLive ? undefined : readRecord(link.paths.records, spec);
    if (record?.end && record.end.by !== 'lost' && Date.parse(record.startedAt) >= begunAt)
      return { created: true, session: infoOf(link.paths, record) };
    if (record && !(await endLeftover(record, undefined))) throw cannotEnd(record);
    // So that its arguments are no reason to refuse a session that has been started with them.
    const { session, created } = await ask(connection, { ...spec, recalled: true });
    if (created || Date.parse(session.createdAt) >= begunAt) return { session, created: true };
    if (spec.userArgs.length > 0 && !spec.recalled) throw startedByAnother(session);
    return { session, created };
  });
}

function cannotEnd(record: SessionRecord): UserError {
  return new UserError(
    `${displayName(record)} was lost with the supervisor, and its process ${record.pid} cannot be ended`,
    'End it, then start the session again.',
  );
}

function startedByAnother(session: SessionInfo): RefusedError {
  return new RefusedError(
    'already-live',
    `${displayName(session)} is running already, so the arguments after -- cannot be given to it`,
    'Attach without them, kill it first, or start a session of another name.',
  );
}

/** A supervisor of an earlier version refuses this, and does not need it. */
async function tellColors(connection: Connection, question: ColorSource): Promise<void> {
  const colors = await question.ask();
  await connection.request({ type: 'colors', colors }, 'done').catch(() => {});
}

/** Codex did not open a conversation of which there is no record. */
export function notOpened(session: SessionInfo, id: string): UserError {
  const { exit, lastLines } = session;
  const name = typedName(session);
  const said = lastLines.map((line) => line.trim()).find((line) => /error/i.test(line));
  return new UserError(
    `Codex did not open the conversation ${id} of ${displayName(session)} (${said ?? exit?.signal ?? exit?.code ?? 'nobody knows why'})`,
    `If it was deleted, begin another: codex-sessions start --new ${name}. The id stays in "codex-sessions log --list ${name}".`,
  );
}

/**
 * The error for a session that ended before it came up; `options`: those that it had from last
 * time.
 */
export function endedAtOnce(session: SessionInfo, options?: string): UserError {
  const { exit, lastLines } = session;
  const quoted = explainingLines(lastLines, QUOTED_LINES).map((line) => line.trim());
  return new UserError(
    `${displayName(session)} ended at once (${exit?.signal ?? exit?.code ?? 'nobody knows how'})`,
    `${quoted.join(' | ') || 'It wrote nothing.'}${options ? ` (With its options from last time: ${options})` : ''}`,
  );
}
