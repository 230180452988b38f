/**
 * What a session's program asks, as it is on its screen now. A question is named by a fingerprint: of its own
 * rows, of the program's report, and of what has been typed so far. So whatever is typed after it was read,
 * and whatever the program draws or reports, makes it another question.
 */
import { sha256 } from '../../platform/sha256.ts';
import { uniqueHex } from '../../platform/unique.ts';
import { waitsForAnswer } from '../../protocol/asks-at-start.ts';
import type { Question } from '../../protocol/question.ts';
import type { ProgramStatus } from '../program/program.ts';
import type { ProgramTerminal } from '../program/program-terminal.ts';
import type { SessionInput } from './session-input.ts';

/**
 * A key that was typed may still be on its way to a program that draws its next question only then; if the
 * two look alike, an answer to the first would be one to the second.
 */
const SETTLES_MS = 1_000;
/** Codex drops keys in the first moment of a question: some 20 ms after its title says that there is one. */
const TAKES_KEYS_AFTER_MS = 250;
/** The longest that a question is waited for; Codex 0.169 reports one up to a second before it is drawn. */
const READ_LIMIT_MS = 2_500;
/** What is drawn within this time belongs to one picture. */
const DRAWN_WITHIN_MS = 10;
/** Nothing tells when a program is read again that was paused for a slow client. */
const RETRY_MS = 50;
/** Of a fingerprint: the question's rows have so many digits, and the rest the others. */
const ROWS_DIGITS = 16;
const REST_DIGITS = 8;

interface Asked {
  readonly terminal: Pick<
    ProgramTerminal,
    'program' | 'screen' | 'pty' | 'ended' | 'atRest' | 'drawsAnew' | 'activeAt'
  >;
  readonly clients: { readonly input: Pick<SessionInput, 'typing' | 'isGiven' | 'typeNow'> };
  whenParsed(): Promise<void> | undefined;
}

export class PendingQuestion {
  readonly #session: Asked;
  /** No fingerprint of another supervisor is valid here, whatever it has counted. */
  readonly #epoch = uniqueHex();
  readonly #waiting = new Set<() => void>();
  #drawn: NodeJS.Timeout | undefined;

  constructor(session: Asked) {
    this.#session = session;
  }

  /** The program waits for a person, as far as it says. */
  get isDue(): boolean {
    const { program, ended } = this.#session.terminal;
    const { status } = program;
    if (ended || !status) return false;
    return waitsForAnswer({
      state: 'running',
      status: status.status,
      statusReason: status.reason ?? null,
    });
  }

  /**
   * The question on the screen, after all that the program has written so far.
   * @returns null if there is none; undefined while that cannot be known: the program is in the middle of
   * drawing, or what was typed has not reached it
   */
  look(): Question | null | undefined {
    const { terminal, clients } = this.#session;
    if (terminal.ended) return null;
    const { pty, screen } = terminal;
    if (pty.readEmpty() === undefined || screen.unsettled || !terminal.atRest) return undefined;
    if (!this.isDue) return null;
    if (terminal.drawsAnew || screen.modes.syncOutput || !clients.input.isGiven) return undefined;
    const read = terminal.program.readQuestion(screen.text());
    if (!read) return null;
    const { digest, ...question } = read;
    return { ...question, fingerprint: this.#fingerprint(digest) };
  }

  /**
   * The question, once it is drawn and what was typed has taken effect; null if there is none, or none to be
   * seen within a moment.
   */
  async read(): Promise<Question | null> {
    const limit = performance.now() + READ_LIMIT_MS;
    for (;;) {
      await this.#session.whenParsed();
      const question = this.look();
      if (question === null && !this.isDue) return null;
      const left = limit - performance.now();
      const settles = question ? this.#settlesInMs : Number.POSITIVE_INFINITY;
      if ((question && settles <= 0) || left <= 0) return question ?? null;
      await this.changed(Math.min(left, settles, question === undefined ? RETRY_MS : left));
    }
  }

  /**
   * Types what `choose` makes of the question, in a moment in which nothing else can come between: the program has
   * written nothing that was not read, and what is typed is the next that it gets.
   * @param choose returns bytes, or anything else in place of typing
   * @param begin called before they are typed; perhaps more than once
   * @returns what `choose` returned; undefined if that moment does not come
   */
  async type<T>(
    choose: (question: Question | null) => Uint8Array | T,
    begin: () => void,
  ): Promise<Uint8Array | T | undefined> {
    const { input } = this.#session.clients;
    const limit = performance.now() + READ_LIMIT_MS;
    for (let left = READ_LIMIT_MS; left > 0; left = limit - performance.now()) {
      await this.#session.whenParsed();
      const question = this.look();
      if (question === undefined) {
        await this.changed(Math.min(left, RETRY_MS));
        continue;
      }
      const chosen = choose(question);
      if (!(chosen instanceof Uint8Array)) return chosen;
      begin();
      if (input.typeNow(chosen)) return chosen;
    }
    return undefined;
  }

  /** @returns whether the question with this fingerprint is no longer the one on the screen, within `limitMs` */
  async goes(fingerprint: string, limitMs: number): Promise<boolean> {
    const limit = performance.now() + limitMs;
    const before = this.#report;
    const rows = fingerprint.slice(0, ROWS_DIGITS);
    for (;;) {
      await this.#session.whenParsed();
      const question = this.look();
      if (this.#report !== before || !this.isDue) return true;
      // Between two pictures there may be none for a moment.
      if (question && question.fingerprint.slice(0, ROWS_DIGITS) !== rows) return true;
      const left = limit - performance.now();
      if (left <= 0) return false;
      await this.changed(Math.min(left, question === undefined ? RETRY_MS : left));
    }
  }

  /** Resolves when the program has drawn or reported something, after `limitMs` at most. */
  changed(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, limitMs);
      this.#waiting.add(done);
    });
  }

  /** To be called after output. */
  onOutput(): void {
    if (this.#waiting.size === 0) return;
    this.#drawn ??= setTimeout(() => this.wake(), DRAWN_WITHIN_MS);
  }

  /** Ends all waits: the program has reported something, or has ended. */
  wake(): void {
    clearTimeout(this.#drawn);
    this.#drawn = undefined;
    for (const done of [...this.#waiting]) done();
  }

  get #status(): ProgramStatus | undefined {
    return this.#session.terminal.program.status;
  }

  get #report(): string {
    const { status, reason, message, since } = this.#status ?? {};
    return JSON.stringify([status, reason, message, since]);
  }

  /** In how many milliseconds the program has surely read what was typed, and takes keys. */
  get #settlesInMs(): number {
    const { at } = this.#session.clients.input.typing;
    const drawn = this.#session.terminal.activeAt + TAKES_KEYS_AFTER_MS;
    const read = (this.#status?.since ?? 0) > at ? 0 : at + SETTLES_MS;
    return Math.max(drawn, read) - Date.now();
  }

  #fingerprint(digest: string): string {
    const rest = [this.#epoch, this.#report, this.#session.clients.input.typing.count].join('\n');
    return sha256(digest).slice(0, ROWS_DIGITS) + sha256(rest).slice(0, REST_DIGITS);
  }
}
