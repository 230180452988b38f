/**
 * Control messages are lines of JSON: encoded JSON contains no newline and is readable, and the first line
 * tells the version.
 */
import { MESSAGE_MAX_BYTES, MESSAGE_MAX_PARTS } from './limits.ts';

const NEWLINE = 0x0a;

export function encode(message: object): string {
  return `${JSON.stringify(message)}\n`;
}

export type Line =
  | { readonly type: 'line'; readonly value: unknown }
  | { readonly type: 'garbage'; readonly why: string };

/** Splits a byte stream into lines, across chunk boundaries and with bounded memory. */
export class LineReader {
  #parts: Uint8Array[] = [];
  #bytes = 0;
  #tooLong = false;
  readonly #maxBytes: number;

  constructor(maxBytes: number = MESSAGE_MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes of the unfinished line so far. */
  get pendingBytes(): number {
    return this.#bytes;
  }

  /** A copy of the unfinished line; undefined if it is too long. */
  pending(): Uint8Array | undefined {
    return this.#tooLong ? undefined : Buffer.concat(this.#parts);
  }

  *push(chunk: Uint8Array): Generator<Line> {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      if (end < 0) break;
      this.#keep(chunk.subarray(start, end));
      start = end + 1;
      yield this.#take();
    }
    this.#keep(chunk.subarray(start));
    if (this.#tooLong && this.#parts.length > 0) this.#parts = [];
  }

  #keep(part: Uint8Array): void {
    if (part.length === 0) return;
    this.#bytes += part.length;
    if (this.#bytes > this.#maxBytes) this.#tooLong = true;
    else this.#parts.push(part);
  }

  #take(): Line {
    const [only] = this.#parts;
    const whole = this.#parts.length === 1 && only ? only : Buffer.concat(this.#parts);
    const tooLong = this.#tooLong;
    this.#parts = [];
    this.#bytes = 0;
    this.#tooLong = false;
    if (tooLong) return { type: 'garbage', why: `a message is over ${this.#maxBytes} bytes` };
    if (whole.length > MESSAGE_MAX_PARTS && partsOf(whole) > MESSAGE_MAX_PARTS)
      return { type: 'garbage', why: `a message has over ${MESSAGE_MAX_PARTS} parts` };
    try {
      return { type: 'line', value: JSON.parse(Buffer.from(whole).toString('utf8')) };
    } catch {
      return { type: 'garbage', why: 'a message is not JSON' };
    }
  }
}

/** Estimates the number of values in JSON text without parsing it. */
function partsOf(json: Uint8Array): number {
  let parts = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const byte = json[at];
    if (byte === 0x22) inString = !inString;
    else if (inString) {
      if (byte === 0x5c) at++;
    } else if (byte === 0x2c || byte === 0x5b || byte === 0x7b) parts++;
  }
  return parts;
}
