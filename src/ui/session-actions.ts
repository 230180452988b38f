/** What can be done to a session from a screen that shows it. Who opens the screen knows how. */
import type { SessionInfo } from '../protocol/messages.ts';
import type { Choice, Question } from '../protocol/question.ts';

/**
 * Each resolves with a line that says what was done, and throws a UserError where that is refused or does
 * not work.
 */
export interface SessionActions {
  /** What it asks, once it is drawn; null: nothing. */
  pendingQuestion(session: SessionInfo): Promise<Question | null>;
  /** Refused if it asks another question by now. */
  answer(session: SessionInfo, question: Question, choice: Choice): Promise<string>;
  /** Types and submits it, as `send` does. */
  sendPrompt(session: SessionInfo, text: string): Promise<string>;
  /** Esc, for a session that works. */
  interrupt(session: SessionInfo): Promise<string>;
  /** Ends it; takes one that has ended off the list. */
  kill(session: SessionInfo): Promise<string>;
  rename(session: SessionInfo, name: string): Promise<string>;
  /** Shows it beside, in a pane of what surrounds this terminal; this one stays. */
  openBeside(session: SessionInfo): Promise<string>;
}
