/** Reads the question that a session asks, and answers exactly that question. */
import { EXIT, UserError } from '../../platform/errors.ts';
import { uniqueHex } from '../../platform/unique.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import type { Question } from '../../protocol/question.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { shellWords } from '../../terminal/shell-words.ts';
import { isMaybeTyped, RefusedError } from '../connection/errors.ts';
import type { SupervisorLink } from '../connection/supervisor-link.ts';

/**
 * The supervisor waits some seconds for the question to be drawn, and for an answer to take effect.
 */
const ANSWER_LIMIT_MS = 20_000;

export interface Asked {
  readonly session: SessionInfo;
  /** Null if it asks nothing, or nothing that is readable. */
  readonly question: Question | null;
}

/**
 * The question that a running session asks, once it is drawn and has settled: at once, or within a
 * second after a user or script has typed.
 * @throws RefusedError `no-such-session` (exit 3); UserError when there is no supervisor (3), or an
 *   older one
 */
export async function pendingQuestion(link: SupervisorLink, fullName: string): Promise<Asked> {
  const reply = await link.ask({ type: 'question', fullName }, 'question', ANSWER_LIMIT_MS);
  if (!reply) throw noSupervisor(fullName);
  return { session: reply.session, question: reply.question };
}

/**
 * Gives an answer to the question with this fingerprint, and to no other; resolves when it has
 * taken effect.
 * @param choice the key of a choice as drawn, or its number
 * @returns the session as it is then
 * @throws RefusedError: `no-question` or `other-question` (exit 6), `no-such-choice` (2),
 *   `no-such-session` (3) or `limit` if nothing was typed; `not-taken` (7) if nothing has changed
 *   within 5 s; `maybe-typed` (8) if the supervisor died and it is unknown whether the answer was
 *   typed. UserError when there is no supervisor (3), or an older one
 */
export async function answerQuestion(
  link: SupervisorLink,
  fullName: string,
  choice: string | number,
  fingerprint: string,
): Promise<SessionInfo> {
  const request = { type: 'answer', fullName, choice: String(choice), fingerprint } as const;
  try {
    const reply = await link.ask({ ...request, key: uniqueHex() }, 'answered', ANSWER_LIMIT_MS);
    if (!reply) throw noSupervisor(fullName);
    return reply.session;
  } catch (error) {
    throw isMaybeTyped(error) ? maybeTyped(fullName) : error;
  }
}

function noSupervisor(fullName: string): UserError {
  return new UserError(
    `${safeText(fullName)} is not running`,
    'See what runs: codex-sessions ls',
    EXIT.noSuchSession,
  );
}

function maybeTyped(fullName: string): RefusedError {
  return new RefusedError(
    'maybe-typed',
    `the supervisor died while it answered ${safeText(fullName)}: the answer may have arrived, or not`,
    `Look what it asks now: codex-sessions answer ${shellWords([safeText(fullName)])}`,
  );
}
