/**
 * Notices a supervisor that hangs: a key was sent, and nothing has come from it since. Output may
 * go to the terminal directly, past the client, so after a while the supervisor is asked for a
 * reply. While the user does not type there is no timer.
 */

/** After this long without a message, a reply is asked for. */
const ASK_AFTER_MS = 2_500;
/** After this long the supervisor counts as silent. */
const SILENT_AFTER_MS = 5_000;

export interface AnswerHandlers {
  /** Sends something that any supervisor answers. */
  ask(): void;
  onSilent(): void;
  /** Called when a message comes after {@link onSilent}. */
  onAnswer(): void;
}

export class AnswerWatch {
  readonly #handlers: AnswerHandlers;
  /** When the oldest key without an answer was sent; 0 if there is none. */
  #since = 0;
  #state: 'waiting' | 'asked' | 'silent' = 'waiting';
  #timer: NodeJS.Timeout | undefined;

  constructor(handlers: AnswerHandlers) {
    this.#handlers = handlers;
  }

  /** A key has been sent. */
  sent(now: number): void {
    if (this.#since === 0) this.#since = now;
    if (this.#state !== 'silent') this.#timer ??= setTimeout(() => this.#check(), ASK_AFTER_MS);
  }

  /** The supervisor has said something. */
  heard(): void {
    this.#since = 0;
    if (this.#state === 'waiting') return;
    const wasSilent = this.#state === 'silent';
    this.#state = 'waiting';
    if (wasSilent) this.#handlers.onAnswer();
  }

  /** No answer to what was sent so far is expected any more. */
  reset(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#since = 0;
    this.#state = 'waiting';
  }

  #check(): void {
    this.#timer = undefined;
    if (this.#since === 0) return;
    const leftMs = this.#since + ASK_AFTER_MS - Date.now();
    if (this.#state === 'asked') {
      this.#state = 'silent';
      this.#handlers.onSilent();
    } else if (leftMs > 0) this.#again(leftMs);
    else {
      this.#state = 'asked';
      this.#again(SILENT_AFTER_MS - ASK_AFTER_MS);
      this.#handlers.ask();
    }
  }

  #again(ms: number): void {
    this.#timer = setTimeout(() => this.#check(), ms);
  }
}
