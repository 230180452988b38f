/**
 * What can be done to a session from a screen that shows it. The command that opens the screen
 * implements it.
 */
import type { SessionInfo } from '../protocol/messages.ts';
import type { Choice, Question } from '../protocol/question.ts';

/**
 * Each resolves with a line that says what was done, and throws a UserError if it is refused or
 * fails.
 */
export interface SessionActions {
  /** Its question, once that is drawn; null if there is none. */
  pendingQuestion(session: SessionInfo): Promise<Question | null>;
  /** Refused if it asks another question by now. */
  answer(session: SessionInfo, question: Question, choice: Choice): Promise<string>;
  /** Types and submits a text, as `send` does. */
  sendPrompt(session: SessionInfo, text: string): Promise<string>;
  /** Sends Esc to a session that is working. */
  interrupt(session: SessionInfo): Promise<string>;
  /** Ends it; takes one that has already ended off the list. */
  kill(session: SessionInfo): Promise<string>;
  rename(session: SessionInfo, name: string): Promise<string>;
  /** Shows it beside this terminal, which stays: in another pane, tab or window. */
  openBeside(session: SessionInfo): Promise<string>;
}
