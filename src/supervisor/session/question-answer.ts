/** Answers a program's question with a key, but only if it is still the question that was meant. */
import type { Question } from '../../protocol/question.ts';
import { keyBytes } from '../../terminal/key-encoding.ts';
import type { Session } from './session.ts';

/**
 * Codex takes an answer within some ms. A key that has no effect is noticed only when this time is
 * over.
 */
const TAKEN_LIMIT_MS = 5_000;

export type AnswerOutcome =
  | 'taken'
  /** The key was typed, and nothing has changed. */
  | 'not-taken'
  /** With these results nothing was typed. */
  | 'no-question'
  | 'other-question'
  | 'no-such-choice'
  /** The program draws all the time, or does not read. */
  | 'no-rest';

export interface Answer {
  /** The key of a choice as drawn on the screen, or its number. */
  readonly choice: string;
  readonly fingerprint: string;
  /** Called before anything is typed, perhaps more than once. */
  begin(): void;
  /** Called when the key is written to the PTY. */
  typed(): void;
}

export async function answerQuestion(session: Session, answer: Answer): Promise<AnswerOutcome> {
  const done = await session.question.type(
    (question) => bytesFor(session, question, answer),
    answer.begin,
  );
  if (!(done instanceof Uint8Array)) return done ?? 'no-rest';
  answer.typed();
  return await whetherTaken(session, answer.fingerprint);
}

/** Also used for an answer that a predecessor has typed. */
export async function whetherTaken(
  session: Session,
  fingerprint: string,
): Promise<'taken' | 'not-taken'> {
  return (await session.question.goes(fingerprint, TAKEN_LIMIT_MS)) ? 'taken' : 'not-taken';
}

function bytesFor(
  session: Session,
  question: Question | null,
  { choice, fingerprint }: Answer,
): Uint8Array | 'no-question' | 'other-question' | 'no-such-choice' {
  if (!question) return 'no-question';
  if (question.fingerprint !== fingerprint) return 'other-question';
  const { choices } = question;
  const meant =
    choices.find(({ key }) => key === choice) ??
    choices.find(({ number }) => String(number) === choice);
  if (!meant) return 'no-such-choice';
  const { kittyFlags, applicationCursorKeys: applicationCursor } = session.terminal.screen.modes;
  const mode = { kittyFlags, applicationCursor };
  // Where it asks for trust, Codex 0.171 ignores the number of the choice that is already selected.
  const without = meant.selected ? 'enter' : String(meant.number);
  try {
    return keyBytes(meant.key ?? without, mode);
  } catch {
    // The key is as drawn on the screen, so it may be anything.
    return keyBytes(without, mode);
  }
}
