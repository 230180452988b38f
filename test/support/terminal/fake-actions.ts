/** What can be done to sessions, for a screen that is tested alone: it notes what it was asked for. */
import { UserError } from '../../../src/platform/errors.ts';
import type { SessionInfo } from '../../../src/protocol/messages.ts';
import type { Choice, Question } from '../../../src/protocol/question.ts';
import type { SessionActions } from '../../../src/ui/session-actions.ts';

export class FakeActions implements SessionActions {
  readonly done: string[] = [];
  question: Question | null = null;
  /** How often the question was read. */
  reads = 0;
  /** The next thing is refused with this. */
  refusal: string | undefined;

  async pendingQuestion(): Promise<Question | null> {
    this.reads += 1;
    return this.question;
  }
  answer(session: SessionInfo, { fingerprint }: Question, { number }: Choice): Promise<string> {
    return this.#do(`answer ${session.name} ${number} to ${fingerprint}`);
  }
  sendPrompt({ name }: SessionInfo, text: string): Promise<string> {
    return this.#do(`send ${name} ${JSON.stringify(text)}`);
  }
  interrupt({ name }: SessionInfo): Promise<string> {
    return this.#do(`interrupt ${name}`);
  }
  kill({ name }: SessionInfo): Promise<string> {
    return this.#do(`kill ${name}`);
  }
  rename({ name }: SessionInfo, wanted: string): Promise<string> {
    return this.#do(`rename ${name} ${wanted}`);
  }
  openBeside({ name }: SessionInfo): Promise<string> {
    return this.#do(`open ${name}`);
  }

  async #do(what: string): Promise<string> {
    const { refusal } = this;
    this.refusal = undefined;
    if (refusal !== undefined) throw new UserError(refusal, 'Do something else');
    this.done.push(what);
    return `Done: ${what}.`;
  }
}
