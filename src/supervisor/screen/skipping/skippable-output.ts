/**
 * Recognises output that only scrolls: text, CR, LF, TAB, BS, BEL, and SGR of plain numbers. If enough
 * of its lines follow, all that remains of the output before is the attributes, so that need not be
 * parsed. Output that contains, or may contain, anything else is not skippable.
 */

const ESC = 0x1b;
const DEL = 0x7f;
/** First byte of the C1 controls (U+0080 to U+009F) in UTF-8. */
const C1_LEAD = 0xc2;
const FIRST_PRINTABLE_ABOVE_ASCII = 0xa0;
const BEL = 0x07;
const BS = 0x08;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const BRACKET = 0x5b;
const SEMICOLON = 0x3b;
const ZERO = 0x30;
const NINE = 0x39;
const SGR = 0x6d;
/** Bounds the time that parsing the attributes takes. */
const ATTRIBUTES_MAX_BYTES = 32 * 1024;

const State = { ground: 0, escape: 1, numbers: 2, c1Lead: 3 } as const;

/** Scans a stream chunk by chunk; chunks may split sequences and characters. */
export class SkippableOutput {
  #state: number = State.ground;

  /** The next chunk begins outside of a sequence or character. */
  reset(): void {
    this.#state = State.ground;
  }

  /** The number of line feeds in a chunk from `from` on; -1 if it is not skippable. */
  lineFeeds(data: Uint8Array, from: number): number {
    let feeds = 0;
    let at = this.#state === State.ground ? from : this.#goOn(data, from);
    for (at = afterText(data, at); at < data.length; at = afterText(data, at)) {
      const byte = data[at++] as number;
      if (byte === LF) feeds++;
      else if (byte === ESC || byte === C1_LEAD) {
        this.#state = byte === ESC ? State.escape : State.c1Lead;
        at = this.#goOn(data, at);
      } else if (byte < DEL ? byte !== CR && !isHarmless(byte) : byte === DEL) return -1;
    }
    return at > data.length ? -1 : feeds;
  }

  /** Returns the end of the sequence or character; beyond the data if it is not skippable. */
  #goOn(data: Uint8Array, from: number): number {
    let at = from;
    if (at === data.length) return at;
    if (this.#state === State.c1Lead) {
      this.#state = State.ground;
      return (data[at] as number) < FIRST_PRINTABLE_ABOVE_ASCII ? data.length + 1 : at + 1;
    }
    if (this.#state === State.escape) {
      if (data[at++] !== BRACKET) return data.length + 1;
      this.#state = State.numbers;
    }
    while (at < data.length) {
      const byte = data[at++] as number;
      if (byte === SGR) {
        this.#state = State.ground;
        return at;
      }
      if ((byte < ZERO || byte > NINE) && byte !== SEMICOLON) return data.length + 1;
    }
    return at;
  }
}

/**
 * The end of the printable ASCII at `from`. A separate function, called for each line: V8 optimises a
 * loop over a whole chunk while it runs and deoptimises it at its end, chunk after chunk (1,260 times
 * in 20 s, at a third of the speed; `--trace-deopt`, Node 20.20).
 */
function afterText(data: Uint8Array, from: number): number {
  let at = from;
  for (; at < data.length; at++) {
    const byte = data[at] as number;
    if (byte < 0x20 || byte >= DEL) break;
  }
  return at;
}

function isHarmless(byte: number): boolean {
  return byte === TAB || byte === BS || byte === BEL;
}

/** The position after the last CR LF of a chunk from `from` on; -1 if there is none. */
export function endOfLastLine(data: Uint8Array, from: number): number {
  for (let at = data.length; at >= from + 2; at--)
    if (data[at - 1] === LF && data[at - 2] === CR) return at;
  return -1;
}

/**
 * Where the last `lines` lines of a chunk begin, searched from `from` on; each follows a CR LF.
 * `left`: how many lines are missing.
 */
export function beginOfLastLines(
  data: Uint8Array,
  from: number,
  lines: number,
): { readonly at: number; readonly left: number } {
  let left = lines;
  for (let at = data.length; at >= from + 2; at--) {
    if (data[at - 1] !== LF || data[at - 2] !== CR) continue;
    left -= 1;
    if (left === 0) return { at, left };
  }
  return { at: from, left };
}

/**
 * The sequences that set the attributes at the end of skippable output: all from the last reset of
 * all attributes on; undefined if they are too long.
 */
export function attributesOf(chunks: readonly Uint8Array[]): Uint8Array | undefined {
  // Much faster than the search below.
  if (chunks.every((chunk) => !chunk.includes(ESC))) return new Uint8Array(0);
  const since: Uint8Array[] = [];
  for (let i = chunks.length - 1; i >= 0; i--) {
    const chunk = chunks[i] as Uint8Array;
    const reset = lastReset(chunk);
    since.unshift(reset < 0 ? chunk : chunk.subarray(reset));
    if (reset >= 0) break;
  }
  const all = Buffer.concat(since);
  let length = 0;
  for (let at = all.indexOf(ESC); at >= 0; ) {
    const end = all.indexOf(SGR, at) + 1;
    all.copyWithin(length, at, end);
    length += end - at;
    if (length > ATTRIBUTES_MAX_BYTES) return undefined;
    at = all.indexOf(ESC, end);
  }
  return all.subarray(0, length);
}

/** Where the last `ESC [ m`, or SGR whose first number is 0, begins; -1 if there is none. */
function lastReset(data: Uint8Array): number {
  for (let at = data.length - 3; at >= 0; at--) {
    if (data[at] !== ESC || data[at + 1] !== BRACKET) continue;
    const first = data[at + 2];
    if (first === SGR) return at;
    if (first === ZERO && (data[at + 3] === SGR || data[at + 3] === SEMICOLON)) return at;
  }
  return -1;
}
