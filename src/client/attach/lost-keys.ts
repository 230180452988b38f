/**
 * Tells the user of keys that a supervisor took with it when it died, before the new picture covers that,
 * and waits until it has been read.
 */
import type { KeyInput, Missing } from './key-input.ts';
import type { StatusLine } from './status-line.ts';
import { typedBytesIn } from './typed-keys.ts';

/** Nobody may be there. */
const READ_LIMIT_MS = 10_000;

/** What is to be told; undefined where nothing of what was typed is missing. */
export function lostText({ doubtful, lostBytes }: Missing): string | undefined {
  const doubtfulBytes = typedBytesIn(doubtful);
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

  /** Shows it at once; `onRead` is called when a key has come, which goes no further, or after the limit. */
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
