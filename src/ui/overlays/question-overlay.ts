/**
 * Shows what a session asks, and takes the answer as one key. The answer is for the question as it
 * was read: keys just after the question has changed do nothing.
 */
import { UserError } from '../../platform/errors.ts';
import { waitsForAnswer } from '../../protocol/asks-at-start.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import type { Choice, Question } from '../../protocol/question.ts';
import { shortName } from '../../store/names.ts';
import { safeText } from '../../terminal/safe-text.ts';
import type { Hint } from '../footer.ts';
import type { KeyEvent } from '../keys.ts';
import { isSame } from '../same-session.ts';
import { type Drawn, type Overlay, type OverlayHost, type Region, told } from './overlay.ts';
import { answerLines, choiceLines } from './question-rows.ts';
import { Scroll } from './scroll.ts';

/** A key within this time after a change was meant for the previous question. */
const READING_MS = 300;
/** A timer may fire some ms early by the clock. */
const TIMER_SLACK_MS = 10;
/** At least this many rows of the question are shown beside its choices. */
const BODY_MIN_ROWS = 4;

export class QuestionOverlay implements Overlay {
  readonly heading: string;
  readonly #host: OverlayHost;
  readonly #scroll = new Scroll();
  #session: SessionInfo;
  #question: Question | undefined;
  #changedAt = 0;
  /** Above the question: that it has changed, or why it was not answered. */
  #note = '';
  #isAnswering = false;
  #isOpen = true;
  #timer: NodeJS.Timeout | undefined;
  /** Number of the last reading, so that results of an earlier one are dropped. */
  #reads = 0;

  constructor(host: OverlayHost, session: SessionInfo) {
    this.#host = host;
    this.#session = session;
    this.heading = `${safeText(shortName(session))} asks`;
    void this.#read();
  }

  end(): void {
    this.#isOpen = false;
    clearTimeout(this.#timer);
  }

  get hints(): readonly Hint[] {
    const close: Hint = ['esc', 'close'];
    const scroll: readonly Hint[] = this.#scroll.isNeeded ? [['↑↓', 'scroll']] : [];
    const choices = this.#question?.choices;
    if (!choices || this.#isAnswering) return [close];
    if (choices.length === 0) return [['enter', 'attach'], close, ...scroll];
    if (!this.#isReady) return [close, ...scroll];
    return [[choices.map(keysOf).join(' '), 'answer'], close, ...scroll];
  }

  get #isReady(): boolean {
    return this.#host.now() - this.#changedAt >= READING_MS;
  }

  wantedRows(cols: number): number {
    const question = this.#question;
    if (!question) return 1;
    const { body, choices } = this.#lines(question, cols, false);
    return body.length + choices.length;
  }

  render({ cols, rows }: Region, color: boolean): Drawn {
    const question = this.#question;
    if (!question) return { lines: [' …'] };
    const { body, choices } = this.#lines(question, cols, color);
    const room = rows - choices.length;
    if (room < Math.min(BODY_MIN_ROWS, body.length))
      return { lines: this.#scroll.shown([...body, ...choices], rows, color) };
    return { lines: [...this.#scroll.shown(body, room, color), ...choices] };
  }

  #lines(question: Question, cols: number, color: boolean) {
    const isReady = this.#isReady && !this.#isAnswering;
    return {
      body: answerLines(question, this.#isAnswering ? '…' : this.#note, cols, color),
      choices: choiceLines(question.choices, { cols, color, isReady }),
    };
  }

  take(event: KeyEvent): void {
    if (event.type === 'text') this.#onText(event.text, 'pasted' in event);
    if (event.type !== 'action') return;
    const { action } = event;
    if (action === 'cancel') this.#host.close(this);
    else if (action === 'accept' && this.#question?.choices.length === 0)
      this.#host.attach(this.#session);
    else this.#scroll.take(action);
  }

  /** One key, pressed by a person who has read the question. */
  #onText(text: string, pasted: boolean): void {
    const question = this.#question;
    if (!question || pasted || this.#isAnswering || !this.#isReady) return;
    const choice = question.choices.find((one) => one.key === text || String(one.number) === text);
    if (choice) void this.#answer(question, choice);
  }

  async #answer(question: Question, choice: Choice): Promise<void> {
    this.#isAnswering = true;
    try {
      this.#host.say(await this.#host.actions.answer(this.#session, question, choice));
      this.#host.close(this);
    } catch (error) {
      if (!(error instanceof UserError)) this.#host.fail(error);
      else await this.#refused(error);
    }
  }

  async #refused(error: UserError): Promise<void> {
    this.#isAnswering = false;
    if (!this.#isOpen) {
      this.#host.say(told(error));
      return;
    }
    this.#note = safeText(error.message);
    this.#changedAt = this.#host.now();
    await this.#read();
    this.#drawWhenReady();
  }

  sessionsChanged(sessions: readonly SessionInfo[]): void {
    const now = sessions.find((session) => isSame(session, this.#session));
    const before = this.#session;
    if (!now || !waitsForAnswer(now)) {
      if (now) this.#session = now;
      if (!this.#isAnswering) this.#over();
      return;
    }
    this.#session = now;
    if (asked(now) !== asked(before)) void this.#read();
  }

  #over(): void {
    const name = safeText(shortName(this.#session));
    this.#host.say(
      this.#question || !waitsForAnswer(this.#session)
        ? `${name} asks nothing any more.`
        : `What ${name} asks is not on its screen. Attach to it: Enter.`,
    );
    this.#host.close(this);
  }

  async #read(): Promise<void> {
    this.#reads += 1;
    const read = this.#reads;
    try {
      const question = await this.#host.actions.pendingQuestion(this.#session);
      if (!this.#isOpen || read !== this.#reads) return;
      if (question) this.#show(question);
      else this.#over();
    } catch (error) {
      if (!(error instanceof UserError)) this.#host.fail(error);
      else if (this.#isOpen && read === this.#reads) {
        this.#host.say(told(error));
        this.#host.close(this);
      }
    }
  }

  #show(question: Question): void {
    const before = this.#question;
    if (before?.fingerprint === question.fingerprint) return;
    this.#question = question;
    this.#changedAt = this.#host.now();
    this.#scroll.reset();
    if (before) this.#note = 'This is another question than before.';
    this.#drawWhenReady();
  }

  #drawWhenReady(): void {
    this.#host.changed();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#host.changed(), READING_MS + TIMER_SLACK_MS);
  }
}

/** Changes with each question that is reported. */
function asked(session: SessionInfo): string {
  const { status, statusReason, statusSince, statusMessage, question } = session;
  return JSON.stringify([status, statusReason, statusSince, statusMessage, question]);
}

/** Its own key if that is one character; `esc` closes the overlay instead. */
function keysOf({ key, number }: Choice): string {
  return key !== null && key.length === 1 ? key : String(number);
}
