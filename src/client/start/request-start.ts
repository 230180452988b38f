/** Asks the supervisor to start a session without a terminal, and whether its program came up. */
import { codexHomeOf } from '../../codex/conversation.ts';
import { lostToAnother, makesDatabases } from '../../codex/first-start.ts';
import { UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { explainingLines } from '../../terminal/explaining-lines.ts';
import { ownSize } from '../../terminal/output.ts';
import { ANSWER_TIMEOUT_MS, type Connection } from '../connection/connection.ts';
import { displayName, typedName } from '../sessions/display-name.ts';
import type { ColorQuestion } from './color-question.ts';
import type { Plan } from './plan.ts';
import { recalledOptions } from './recalled-options.ts';

/**
 * How long a command that starts one session waits for it to come up. Codex 0.171 draws after 0.1 to
 * 0.5 s, and a command line that it refuses has ended by then.
 */
export const START_WAIT_MS = 2_000;
/** … and one that brings sessions back, perhaps many, on a machine that has just booted. */
export const RESTORE_WAIT_MS = 10_000;

/** Starts that lost to another one; see codex/first-start.ts. */
const triedAgain = new WeakSet<Plan['spec']>();

/** Lines of its screen that are quoted. */
const QUOTED_LINES = 3;

/**
 * Returns when the program is up: it has reported something, or drawn something and stayed. One that has
 * done neither within `wantedMs` counts as up; 0 does not wait. A supervisor before 0.2 never waits. With
 * a conversation of which there is no record it waits until the program says that it has begun.
 *
 * The session has the size of this process's terminal, if there is one. `question`: what the terminal says
 * of its colours is passed on, before the program needs it. A first start that lost to another one, see
 * codex/first-start.ts, is tried once more.
 * @throws UserError when the program ended instead, with what it said last; as {@link Connection.request}
 */
export async function requestStart(
  connection: Connection,
  { spec, tried }: Pick<Plan, 'spec' | 'tried'>,
  wantedMs: number,
  question?: ColorQuestion,
): Promise<{ readonly created: boolean; readonly session: SessionInfo }> {
  const isTried = tried !== undefined && wantedMs > 0;
  const waitMs = isTried ? RESTORE_WAIT_MS : wantedMs;
  const mayLose = waitMs > 0 && makesDatabases(spec.codexVersion, codexHomeOf(spec.env));
  const wait = waitMs > 0 ? { waitMs, ...((isTried || mayLose) && { begun: true }) } : {};
  const limitMs = ANSWER_TIMEOUT_MS + waitMs;
  const size = ownSize();
  const request = { spec, ...(size && { size }), ...(question && { colorsFollow: true }), ...wait };
  const start = () => connection.request({ type: 'start', ...request }, 'started', limitMs);
  const first = start();
  // After the request, so that the program starts no later for it.
  if (question) void tellColors(connection, question);
  let started = await first;
  const ended = () => started.session.state !== 'running';
  const lost = mayLose && ended() && lostToAnother(started.session.lastLines);
  if (lost && !triedAgain.has(spec)) {
    // The supervisor may refuse, as that was its last session; then its successor is asked with this spec.
    triedAgain.add(spec);
    started = await start();
  }
  const { session } = started;
  if (ended())
    throw tried === undefined
      ? endedAtOnce(session, recalledOptions(spec))
      : notOpened(session, tried);
  return started;
}

/** A supervisor of an earlier version refuses it, and has no use for it. */
async function tellColors(connection: Connection, question: ColorQuestion): Promise<void> {
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
 * The error for a session that ended while something waited for it to come up; `options`: those that it
 * had from last time.
 */
export function endedAtOnce(session: SessionInfo, options?: string): UserError {
  const { exit, lastLines } = session;
  const quoted = explainingLines(lastLines, QUOTED_LINES).map((line) => line.trim());
  return new UserError(
    `${displayName(session)} ended at once (${exit?.signal ?? exit?.code ?? 'nobody knows how'})`,
    `${quoted.join(' | ') || 'It wrote nothing.'}${options ? ` (With its options from last time: ${options})` : ''}`,
  );
}
