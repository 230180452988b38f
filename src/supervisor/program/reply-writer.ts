/**
 * Writes the supervisor's replies to a program's queries into its input. Output must never become
 * keys: a reply is one sequence, with no control characters except those that frame it. And a program
 * that queries without end, or never reads the replies, must not slow down other sessions.
 */

/** Does not slow down a program that waits for each reply before its next query. */
const PER_SECOND = 1_000;
/** A program that probes all features of its terminal sends some 300 queries at once. */
const AT_ONCE = 512;
const WAITING_MAX = 512;
/** More unread replies than the kernel buffers (4 KiB): the program does not want them. */
const UNREAD_MAX_BYTES = 16 * 1024;
const TICK_MS = 1_000 / PER_SECOND;

/** CSI with parameters, intermediates and final byte, or a string with its terminator; all ASCII. */
const REPLY =
  /^\x1b(?:\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]|[\]P_][\x20-\x7e]*\x1b\\|\][\x20-\x7e]*\x07)$/;

export interface Input {
  write(bytes: Uint8Array): void;
  /** Bytes that the program's terminal has not accepted. */
  readonly queuedBytes: number;
}

/** Whether `text` is a single sequence that no program can take for keys. */
export function isReply(text: string): boolean {
  return REPLY.test(text);
}

export class ReplyWriter {
  readonly #input: Input;
  #waiting: Uint8Array[] = [];
  /** Replies written since the input queue was last empty. */
  #unreadBytes = 0;
  /** Replies that could be written at once at the time `#at` (ms); it grows with time. */
  #credit = AT_ONCE;
  #at = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(input: Input) {
    this.#input = input;
  }

  /** Whether there is room for another reply; without room a query gets none. */
  get hasRoom(): boolean {
    if (this.#input.queuedBytes === 0) this.#unreadBytes = 0;
    return this.#waiting.length < WAITING_MAX && this.#unreadBytes < UNREAD_MAX_BYTES;
  }

  /** Writes a reply now or, in order, when it is due. */
  write(text: string): void {
    if (!this.hasRoom || !isReply(text)) return;
    this.#waiting.push(Buffer.from(text, 'latin1'));
    if (this.#timer === undefined) this.#writeDue();
  }

  /** Writes all waiting replies now, as this process exits before the last are due. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#send(this.#waiting.splice(0));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #writeDue(): void {
    const now = performance.now();
    this.#credit = Math.min(AT_ONCE, this.#credit + (now - this.#at) / TICK_MS);
    this.#at = now;
    const due = this.#waiting.splice(0, Math.floor(this.#credit));
    this.#credit -= due.length;
    this.#send(due);
    if (this.#waiting.length > 0) this.#timer = setTimeout(() => this.#tick(), TICK_MS);
  }

  #send(due: readonly Uint8Array[]): void {
    for (const bytes of due) {
      this.#unreadBytes += bytes.length;
      this.#input.write(bytes);
    }
  }

  #tick(): void {
    this.#timer = undefined;
    this.#writeDue();
  }
}
