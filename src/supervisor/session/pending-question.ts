/**
 * Reads the question that a session's program asks from its screen. A question is identified by a
 * fingerprint of its own rows, of the program's report, and of the number of times that a user or
 * script has typed. So after any key, drawing or report it counts as another question.
 */
import { sha256 } from '../../platform/sha256.ts';
import { uniqueHex } from '../../platform/unique.ts';
import { waitsForAnswer } from '../../protocol/asks-at-start.ts';
import type { Question } from '../../protocol/question.ts';
import type { ProgramStatus } from '../program/program.ts';
import type { ProgramTerminal } from '../program/program-terminal.ts';
import type { SessionInput } from './session-input.ts';

/**
 * A key may still be on its way to a program that draws its next question only after reading it. If
 * the two questions look alike, an answer to the first would be given to the second.
 */
const SETTLES_MS = 1_000;
/**
 * Codex drops keys in the first moment of a question, for some 20 ms after its title says that
 * there is one.
 */
const TAKES_KEYS_AFTER_MS = 250;
/** How long to wait for a question; Codex 0.169 reports one up to a second before drawing it. */
const READ_LIMIT_MS = 2_500;
/** Output within this time belongs to one frame. */
const DRAWN_WITHIN_MS = 10;
/** There is no event when a program that was paused for a slow client is read again. */
const RETRY_MS = 50;
/**
 * A fingerprint has this many digits for the question's rows, then {@link REST_DIGITS} for the
 * rest.
 */
const ROWS_DIGITS = 16;
const REST_DIGITS = 8;

interface Asked {
  readonly terminal: Pick<
    ProgramTerminal,
    'program' | 'screen' | 'pty' | 'ended' | 'output' | 'drawsAnew'
  >;
  readonly clients: { readonly input: Pick<SessionInput, 'typing' | 'isGiven' | 'typeNow'> };
  whenParsed(): Promise<void> | undefined;
}

export class PendingQuestion {
  readonly #session: Asked;
  /** Makes fingerprints of another supervisor invalid, whatever it has counted. */
  readonly #epoch = uniqueHex();
  readonly #waiting = new Set<() => void>();
  #drawn: NodeJS.Timeout | undefined;

  constructor(session: Asked) {
    this.#session = session;
  }

  /** Whether the program waits for a person, according to its reports. */
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
   * The question on the screen, after everything that the program has written so far.
   * @returns null if there is none; undefined while that cannot be known: the program is in the
   *   middle of drawing, or has not yet been given all that was typed
   */
  look(): Question | null | undefined {
    const { terminal, clients } = this.#session;
    if (terminal.ended) return null;
    const { pty, screen } = terminal;
    if (pty.readEmpty() === undefined || screen.unsettled || !terminal.output.atRest)
      return undefined;
    if (!this.isDue) return null;
    if (terminal.drawsAnew || screen.modes.syncOutput || !clients.input.isGiven) return undefined;
    const read = terminal.program.readQuestion(screen.text());
    if (!read) return null;
    const { digest, ...question } = read;
    return { ...question, fingerprint: this.#fingerprint(digest) };
  }

  /**
   * Waits until the question is drawn and what was typed has taken effect; null if there is none,
   * or if none is readable within {@link READ_LIMIT_MS}.
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
   * Types the bytes that `choose` returns for the question, when nothing can come between: all
   * output has been read, and the bytes are the next that the program gets.
   * @param choose returns bytes, or anything else to type nothing
   * @param begin called before the bytes are typed; perhaps more than once
   * @returns what `choose` returned; undefined if there was no such moment within {@link
   *   READ_LIMIT_MS}
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

  /** @returns whether the question with this fingerprint leaves the screen within `limitMs` */
  async goes(fingerprint: string, limitMs: number): Promise<boolean> {
    const limit = performance.now() + limitMs;
    const before = this.#report;
    const rows = fingerprint.slice(0, ROWS_DIGITS);
    for (;;) {
      await this.#session.whenParsed();
      const question = this.look();
      if (this.#report !== before || !this.isDue) return true;
      // Between two frames there may be no question for a moment.
      if (question && question.fingerprint.slice(0, ROWS_DIGITS) !== rows) return true;
      const left = limit - performance.now();
      if (left <= 0) return false;
      await this.changed(Math.min(left, question === undefined ? RETRY_MS : left));
    }
  }

  /** Resolves when the program has drawn or reported something, after at most `limitMs`. */
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

  /** Milliseconds until the program has certainly read what was typed, and accepts keys. */
  get #settlesInMs(): number {
    const { at } = this.#session.clients.input.typing;
    const drawn = this.#session.terminal.output.activeAt + TAKES_KEYS_AFTER_MS;
    const read = (this.#status?.since ?? 0) > at ? 0 : at + SETTLES_MS;
    return Math.max(drawn, read) - Date.now();
  }

  #fingerprint(digest: string): string {
    const rest = [this.#epoch, this.#report, this.#session.clients.input.typing.count].join('\n');
    return sha256(digest).slice(0, ROWS_DIGITS) + sha256(rest).slice(0, REST_DIGITS);
  }
}
