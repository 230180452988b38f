/** Answers a program's question with its key, if it is the question that was meant, and not otherwise. */
import type { Question } from '../../protocol/question.ts';
import { keyBytes } from '../../terminal/key-encoding.ts';
import type { Session } from './session.ts';

/** Codex takes an answer within some ms; a key that answers nothing would be waited for as long. */
const TAKEN_LIMIT_MS = 5_000;

export type AnswerOutcome =
  | 'taken'
  /** It was typed, and nothing has changed. */
  | 'not-taken'
  /** In all that follow nothing was typed. */
  | 'no-question'
  | 'other-question'
  | 'no-such-choice'
  /** The program is drawing all the time, or reads nothing. */
  | 'no-rest';

export interface Answer {
  /** The key of a choice as drawn, or its number. */
  readonly choice: string;
  readonly fingerprint: string;
  /** Called before anything is typed, perhaps more than once. */
  begin(): void;
  /** The program's terminal has it. */
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

/** For an answer that was typed by a predecessor, too. */
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
  // Codex 0.171 takes no number for the choice that is selected already, where it asks for trust.
  const without = meant.selected ? 'enter' : String(meant.number);
  try {
    return keyBytes(meant.key ?? without, mode);
  } catch {
    // It is as drawn, so it may be anything.
    return keyBytes(without, mode);
  }
}
