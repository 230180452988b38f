/**
 * The bytes of an incomplete sequence. They are appended to a serialized screen, so that the rest of
 * the sequence, which comes with later output, is parsed correctly.
 */
import { ParserState } from './emulator-internals.ts';

const ESC = 0x1b;
const C1_LEAD = 0xc2;
/** DCS, SOS, CSI, OSC, PM and APC as C1 characters: C2 9x in UTF-8. */
const C1_INTRODUCERS = new Set([0x90, 0x98, 0x9b, 0x9d, 0x9e, 0x9f]);
const FIRST_PRINTABLE = 0x20;
/** A longer one is replaced by the beginning of a sequence that every terminal ignores. */
const LIMIT_BYTES = 65_536;
const NONE = new Uint8Array(0);

export class Unfinished {
  #tail: Uint8Array = NONE;
  #tooLong = false;
  #state: number = ParserState.ground;

  /** To be called after each parsed piece, with the parser's state. */
  note(piece: Uint8Array, state: number): void {
    this.#state = state;
    if (state === ParserState.ground) {
      this.#tooLong = false;
      this.#tail = NONE;
      return;
    }
    const all = this.#tail.length === 0 ? piece : Buffer.concat([this.#tail, piece]);
    const begin = lastIntroducer(all, piece.length + 1);
    if (begin >= 0) this.#tooLong = false;
    else if (this.#tooLong) return;
    this.#tail = new Uint8Array(all.subarray(Math.max(0, begin)));
    if (this.#tail.length > LIMIT_BYTES) {
      this.#tail = NONE;
      this.#tooLong = true;
    }
  }

  bytes(): Uint8Array {
    if (this.#tooLong) return Buffer.from(this.#placeholder());
    // Control characters inside a CSI or ESC sequence have taken effect already.
    return this.#state !== ParserState.ground && this.#state <= ParserState.lastOfCsi
      ? this.#tail.filter((byte) => byte === ESC || byte >= FIRST_PRINTABLE)
      : this.#tail;
  }

  #placeholder(): string {
    if (this.#state <= ParserState.lastOfCsi) return '\x1b[1?';
    if (this.#state === ParserState.sosPmApc) return '\x1b^';
    return this.#state === ParserState.osc ? '\x1b]9999;' : '\x1bP~';
  }
}

/** Where the last sequence in the last `length` bytes begins; -1 if there is none. */
function lastIntroducer(data: Uint8Array, length: number): number {
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const from = Math.max(0, data.length - length);
  const esc = buffer.lastIndexOf(ESC);
  let at = buffer.lastIndexOf(C1_LEAD);
  while (at > esc && at >= from && !C1_INTRODUCERS.has(data[at + 1] ?? 0)) {
    at = at === 0 ? -1 : buffer.lastIndexOf(C1_LEAD, at - 1);
  }
  const best = Math.max(esc, at > esc && at >= from ? at : -1);
  return best >= from ? best : -1;
}
