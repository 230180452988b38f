/**
 * Splits what a terminal sends into keys, pastes, clicks and replies. The client looks for its own
 * keys in it; the supervisor tells a user's typing from a terminal's replies. Both use this, so that
 * they agree.
 *
 * The tokens' bytes, concatenated, are the input. A lone ESC is passed on at once; any other sequence
 * that the end of a chunk cuts off is held until the rest arrives or {@link InputTokenizer.flush} is
 * called.
 */

/** The reply to `CSI c` (DA1), which every terminal answers; matched against latin1 text. */
export const ATTRIBUTES_REPLY = /^\x1b\[\?[\d;]*c$/;

export function tellsAttributes(reply: Uint8Array): boolean {
  const { buffer, byteOffset, length } = reply;
  return ATTRIBUTES_REPLY.test(Buffer.from(buffer, byteOffset, length).toString('latin1'));
}

/** C0, DEL, C1, and invalid UTF-8 (decoded as U+FFFD), which a program may read as C1. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\ufffd]/;

/**
 * Whether a terminal's reply can be passed on. Some terminals echo the query, or a title they were
 * sent, in it: a line feed in there would act as a key.
 */
export function isCleanReply(reply: Uint8Array): boolean {
  const last = reply.at(-1);
  const end = last === 0x5c && reply.at(-2) === ESC ? 2 : 1;
  const isString = reply[1] !== 0x5b;
  // A string without a terminator is a user's Alt+] or the like, and what was typed after it.
  if (!isString || (end === 1 && !(last === BEL || last === CAN || last === SUB))) return true;
  const { buffer, byteOffset, length } = reply;
  return !CONTROL.test(Buffer.from(buffer, byteOffset + 2, length - 2 - end).toString('utf8'));
}

export type TokenKind =
  /** A run of characters and C0 controls. */
  | 'text'
  /** One key as an escape sequence. */
  | 'key'
  /** The release of a key (kitty event type 3, or key-up in mode 9001). */
  | 'release'
  /** A mouse button press, or the wheel. */
  | 'click'
  /** Mouse motion and releases. */
  | 'motion'
  | 'focus'
  /** A reply to a query. */
  | 'reply'
  /** A piece of a bracketed paste, its markers included. */
  | 'paste';

export interface Token {
  readonly kind: TokenKind;
  readonly bytes: Uint8Array;
}

const ESC = 0x1b;
const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;
const PASTE_START = Buffer.from('\x1b[200~');
const PASTE_END = Buffer.from('\x1b[201~');
/** After this long without input the end of a paste is taken as lost: keys must work again. */
const PASTE_SILENCE_MS = 2_000;
/** No key or mouse report is longer; strings (OSC, DCS, APC …) may be. */
const CSI_MAX_BYTES = 128;
const STRING_MAX_BYTES = 64 * 1024;

export class InputTokenizer {
  #held: Uint8Array = new Uint8Array(0);
  #inPaste = false;
  #pasteAt = 0;

  /** @param pasteAt a paste has already begun, and its last input came at this time (ms) */
  constructor(pasteAt?: number) {
    if (pasteAt === undefined) return;
    this.#inPaste = true;
    this.#pasteAt = pasteAt;
  }

  /** Whether `chunk` can be passed on as it is: it contains no escape sequence and none is pending. */
  isPlain(chunk: Uint8Array): boolean {
    return !this.#inPaste && this.#held.length === 0 && !chunk.includes(ESC);
  }

  /** A bracketed paste has begun and not ended. */
  get inPaste(): boolean {
    return this.#inPaste;
  }

  get holding(): boolean {
    return this.#held.length > 0;
  }

  /** `now` in ms, from any origin. */
  push(chunk: Uint8Array, now: number): Token[] {
    if (this.#inPaste && now - this.#pasteAt > PASTE_SILENCE_MS) this.#inPaste = false;
    const bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = new Uint8Array(0);
    const tokens: Token[] = [];
    let at = 0;
    while (at < bytes.length) {
      const end = this.#inPaste
        ? this.#paste(bytes, at, tokens, now)
        : this.#next(bytes, at, tokens);
      if (end === undefined) {
        this.#held = bytes.slice(at);
        break;
      }
      at = end;
    }
    return tokens;
  }

  /** Stops waiting for the rest of a held sequence. */
  flush(): Token[] {
    if (this.#held.length === 0) return [];
    const bytes = this.#held;
    this.#held = new Uint8Array(0);
    return [{ kind: this.#inPaste ? 'paste' : 'key', bytes }];
  }

  #paste(bytes: Uint8Array, at: number, tokens: Token[], now: number): number | undefined {
    this.#pasteAt = now;
    const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(PASTE_END, at);
    if (end >= 0) {
      this.#inPaste = false;
      tokens.push({ kind: 'paste', bytes: bytes.subarray(at, end + PASTE_END.length) });
      return end + PASTE_END.length;
    }
    const keep = partialEnd(bytes, at);
    if (bytes.length - keep > at)
      tokens.push({ kind: 'paste', bytes: bytes.subarray(at, bytes.length - keep) });
    if (keep === 0) return bytes.length;
    this.#held = bytes.slice(bytes.length - keep);
    return bytes.length;
  }

  #next(bytes: Uint8Array, at: number, tokens: Token[]): number | undefined {
    if (bytes[at] !== ESC) {
      const esc = bytes.indexOf(ESC, at);
      const end = esc < 0 ? bytes.length : esc;
      tokens.push({ kind: 'text', bytes: bytes.subarray(at, end) });
      return end;
    }
    const end = sequenceEnd(bytes, at);
    if (end === undefined) return undefined;
    const sequence = bytes.subarray(at, end);
    if (sequence.length === PASTE_START.length && PASTE_START.equals(sequence)) {
      this.#inPaste = true;
      tokens.push({ kind: 'paste', bytes: sequence });
    } else tokens.push({ kind: kindOf(sequence), bytes: sequence });
    return end;
  }
}

/** How many bytes at the end may be the start of the paste's end marker. */
function partialEnd(bytes: Uint8Array, from: number): number {
  for (let n = Math.min(PASTE_END.length - 1, bytes.length - from); n > 0; n--)
    if (PASTE_END.subarray(0, n).equals(bytes.subarray(bytes.length - n))) return n;
  return 0;
}

/** Where the sequence that begins at `at` ends; undefined while it is incomplete. */
function sequenceEnd(bytes: Uint8Array, at: number): number | undefined {
  const second = bytes[at + 1];
  if (second === undefined) return at + 1;
  switch (second) {
    case 0x5b /* [ */:
      return csiEnd(bytes, at);
    case 0x4f /* O */:
      return bytes.length > at + 2 ? at + 3 : undefined;
    case 0x5d /* ] */:
    case 0x50 /* P */:
    case 0x5f /* _ */:
    case 0x5e /* ^ */:
    case 0x58 /* X */:
      return stringEnd(bytes, at);
    case ESC:
      return at + 1;
    default:
      return Math.min(bytes.length, at + 1 + utf8Length(second));
  }
}

function csiEnd(bytes: Uint8Array, at: number): number | undefined {
  for (let i = at + 2; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte >= 0x40 && byte <= 0x7e) {
      // X10 and UTF-8 mouse reports carry three more characters.
      if (byte === 0x4d && i === at + 2) return bytes.length >= i + 4 ? i + 4 : undefined;
      // F1 to F5 of the Linux console: CSI [ A.
      if (byte === 0x5b && i === at + 2) return bytes.length >= i + 2 ? i + 2 : undefined;
      return i + 1;
    }
    if (byte < 0x20 || byte > 0x7e || i - at > CSI_MAX_BYTES) return i;
  }
  return undefined;
}

function stringEnd(bytes: Uint8Array, at: number): number | undefined {
  for (let i = at + 2; i < bytes.length; i++) {
    if (bytes[i] === BEL || bytes[i] === CAN || bytes[i] === SUB) return i + 1;
    if (bytes[i] === ESC) {
      if (i + 1 >= bytes.length) return undefined;
      return bytes[i + 1] === 0x5c ? i + 2 : i;
    }
  }
  // A user's Alt+] or the like starts no string: it arrives as two bytes in a read of their own.
  if (bytes.length === at + 2 || bytes.length - at > STRING_MAX_BYTES) return bytes.length;
  return undefined;
}

function utf8Length(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

function kindOf(sequence: Uint8Array): TokenKind {
  const second = sequence[1];
  if (second === 0x5b) return csiKind(Buffer.from(sequence).toString('latin1'));
  const isString = second === 0x5d || second === 0x50 || second === 0x5f;
  return isString && sequence.length > 2 ? 'reply' : 'key';
}

function csiKind(sequence: string): TokenKind {
  const final = sequence.at(-1) ?? '';
  const parameters = sequence.slice(2, -1);
  if (parameters === '' && (final === 'I' || final === 'O')) return 'focus';
  if (/^[?>=]/.test(parameters) || parameters.endsWith('$')) return 'reply';
  if (final === 'M' || final === 'm') return mouseKind(parameters, final);
  if (sequence.startsWith('\x1b[M')) return 'click';
  if (final === 'n' || final === 't' || final === 'c') return 'reply';
  if (final === 'R' && /^\d+;\d+$/.test(parameters) && !/^1;[2-9]$/.test(parameters))
    return 'reply';
  const isUp = final === '_' && !/^(?:\d*;){3}1/.test(parameters);
  return isUp || /^[^;]*;\d*:3/.test(parameters) ? 'release' : 'key';
}

function mouseKind(parameters: string, final: string): TokenKind {
  const button = Number(/^<?(\d+);/.exec(parameters)?.[1] ?? '0');
  return final === 'm' || (button & 32) !== 0 ? 'motion' : 'click';
}
