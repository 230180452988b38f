/**
 * Tells the user which keys were lost with a supervisor that died or a line that broke, before the
 * redraw covers the message, and waits until it has been read.
 */
import type { KeyInput, Missing } from './key-input.ts';
import type { StatusLine } from './status-line.ts';
import { typedBytesIn } from './typed-keys.ts';

/** For when the user is not there. */
const READ_LIMIT_MS = 10_000;

/** The text for the user; undefined if nothing that was typed is missing. */
export function lostText({ doubtful, lostBytes }: Missing): string | undefined {
  const doubtfulBytes = typedBytesIn(doubtful);
  if (lostBytes > 0 && doubtfulBytes === 0)
    return `${bytes(lostBytes)} that you typed did not arrive; press a key to go on`;
  if (lostBytes > 0)
    return `${bytes(lostBytes + doubtfulBytes)} that you typed did not all arrive; press a key to go on`;
  if (doubtfulBytes === 0) return undefined;
  return `${bytes(doubtfulBytes)} that you typed may not have arrived; press a key to go on`;
}

function bytes(count: number): string {
  return count === 1 ? '1 byte' : `${count.toLocaleString('en')} bytes`;
}

export class LostKeys {
  readonly #line: StatusLine;
  readonly #input: KeyInput;
  readonly #onRead: () => void;
  readonly #limit: NodeJS.Timeout;

  /**
   * Shows the text at once. `onRead` is called after the next key, which is not passed on, or after
   * {@link READ_LIMIT_MS}.
   */
  constructor(line: StatusLine, input: KeyInput, text: string, onRead: () => void) {
    this.#line = line;
    this.#input = input;
    this.#onRead = onRead;
    this.#limit = setTimeout(() => this.read(), READ_LIMIT_MS);
    line.show(text);
    input.awaitKey(() => this.read());
  }

  read(): void {
    this.cancel();
    this.#onRead();
  }

  cancel(): void {
    clearTimeout(this.#limit);
    this.#input.awaitNoKey();
    this.#line.clear();
  }
}
