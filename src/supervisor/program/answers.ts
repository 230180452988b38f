/**
 * The one way for answers to a program's questions into its input. What a program writes must never
 * become keys: an answer is one report, with no control character but those that frame it. And a
 * program that asks without end, or never reads what it is told, costs nobody anything.
 */

/** Whoever asks, waits, and asks again notices nothing of it: a terminal is hardly faster. */
const PER_SECOND = 1_000;
/** A program that looks for all that its terminal can do asks some 300 things at once. */
const AT_ONCE = 512;
const WAITING_MAX = 512;
/** Of answers that lie unread beside what the kernel keeps (4 KiB): whoever waits for one reads them. */
const UNREAD_MAX_BYTES = 16 * 1024;
const TICK_MS = 1_000 / PER_SECOND;

/** CSI with parameters, intermediates and final; or a string with its end. Printable ASCII, all of it. */
const REPORT =
  /^\x1b(?:\[[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]|[\]P_][\x20-\x7e]*\x1b\\|\][\x20-\x7e]*\x07)$/;

export interface Input {
  write(bytes: Uint8Array): void;
  /** Bytes that the program has not taken. */
  readonly queuedBytes: number;
}

/** Whether it is a single report that no program can take for anything else. */
export function isReport(text: string): boolean {
  return REPORT.test(text);
}

export class Answers {
  readonly #input: Input;
  #waiting: Uint8Array[] = [];
  /** Written since the program had last taken everything: pastes lie there, too. */
  #unreadBytes = 0;
  /** Answers that may be given at once; at `#at`, in ms, and more since. */
  #credit = AT_ONCE;
  #at = performance.now();
  #timer: NodeJS.Timeout | undefined;

  constructor(input: Input) {
    this.#input = input;
  }

  /** There is room for another one: a question that finds none is not answered. */
  get hasRoom(): boolean {
    if (this.#input.queuedBytes === 0) this.#unreadBytes = 0;
    return this.#waiting.length < WAITING_MAX && this.#unreadBytes < UNREAD_MAX_BYTES;
  }

  /** Writes it now or, in order, when it is due. */
  give(text: string): void {
    if (!this.hasRoom || !isReport(text)) return;
    this.#waiting.push(Buffer.from(text, 'latin1'));
    if (this.#timer === undefined) this.#write();
  }

  /** Nobody here can wait for those that are due later. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#send(this.#waiting.splice(0));
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #write(): void {
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
    this.#write();
  }
}
