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
  /** Called before anything is typed. */
  begin(): void;
  /** The program's terminal has it. */
  typed(): void;
}

export async function answerQuestion(session: Session, answer: Answer): Promise<AnswerOutcome> {
  const done = await session.question.atRest((question) => typeAnswer(session, question, answer));
  if (done !== 'typed') return done ?? 'no-rest';
  return await whetherTaken(session, answer.fingerprint);
}

/** For an answer that was typed by a predecessor, too. */
export async function whetherTaken(
  session: Session,
  fingerprint: string,
): Promise<'taken' | 'not-taken'> {
  return (await session.question.goes(fingerprint, TAKEN_LIMIT_MS)) ? 'taken' : 'not-taken';
}

/** All in one step; undefined: the program has written something meanwhile. */
function typeAnswer(
  session: Session,
  question: Question | null,
  answer: Answer,
): Exclude<AnswerOutcome, 'taken' | 'not-taken' | 'no-rest'> | 'typed' | undefined {
  if (!question) return 'no-question';
  if (question.fingerprint !== answer.fingerprint) return 'other-question';
  const bytes = bytesFor(session, question, answer.choice);
  if (!bytes) return 'no-such-choice';
  answer.begin();
  if (session.terminal.pty.readEmpty() !== 0) return undefined;
  if (!session.clients.input.typeNow(bytes)) return undefined;
  answer.typed();
  return 'typed';
}

function bytesFor(session: Session, { choices }: Question, choice: string): Uint8Array | undefined {
  const meant =
    choices.find(({ key }) => key === choice) ??
    choices.find(({ number }) => String(number) === choice);
  if (!meant) return undefined;
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
