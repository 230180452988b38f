/**
 * Finds in a program's output the few sequences that the supervisor itself acts on: titles, status
 * reports, queries. It sees every byte on the way to the clients, so plain text is skipped by a native
 * search, and at most a few KiB of a sequence are kept. Sequences are parsed as in terminals: chunks
 * may split them anywhere, CAN and SUB end them, and so does an ESC, which begins the next.
 */
import {
  csiQuery,
  dcsQuery,
  oscQueries,
  type StringEnd,
  type TerminalQuery,
} from './terminal-query.ts';

export type { TerminalQuery } from './terminal-query.ts';

/** The protocol's limit for one report. */
export const STATUS_LIMIT_BYTES = 4096;
/** A longer string, with its number, is ignored. */
const STRING_LIMIT_BYTES = STATUS_LIMIT_BYTES + 16;
/** No query is longer, except that a list of modes may be. */
const CSI_LIMIT_BYTES = 64;

const NEAR_BYTES = 48;

/** Modes that change with nearly every frame, and that a program sets again in the next. */
const IN_FRAMES: ReadonlySet<string> = new Set(['?25', '?2026']);

const BEL = 0x07;
const CAN = 0x18;
const SUB = 0x1a;
const ESC = 0x1b;
const STATUS_PREFIX = '7501;';
/** The final byte of SGR. */
const SGR = 0x6d;
/** From here on the first byte of a CSI sequence makes it a private one: `<`, `=`, `>`, `?`. */
const PRIVATE_FROM = 0x3c;

const State = {
  ground: 0,
  escape: 1,
  csi: 2,
  osc: 3,
  dcs: 4,
  ignored: 5,
  stringEscape: 6,
} as const;
type State = (typeof State)[keyof typeof State];

export interface ScannerHandlers {
  /**
   * OSC 0 and 2, decoded but otherwise unchecked: untrusted text. `begin` and `end`: the position of
   * the sequence in the chunk; `begin` is -1 if it began in an earlier one.
   */
  onTitle(title: string, begin: number, end: number): void;
  /** The bytes between `7501;` and the terminator, at most STATUS_LIMIT_BYTES. */
  onStatus(report: Uint8Array): void;
  /** `end`: where the query ends in the chunk. */
  onQuery(query: TerminalQuery, end: number): void;
}

export class StreamScanner {
  readonly #handlers: ScannerHandlers;
  #state: State = State.ground;
  /** The string in which an ESC came, perhaps the beginning of its ST. */
  #string: State = State.ground;
  readonly #held = Buffer.allocUnsafe(STRING_LIMIT_BYTES);
  #length = 0;
  #overflow = false;
  /** Where in the chunk the sequence began; -1: in an earlier one. */
  #begin = -1;
  /** Position of the ESC that ends a string, or begins the next sequence. */
  #nextBegin = -1;
  #showsText = false;
  #changesModes = false;

  constructor(handlers: ScannerHandlers) {
    this.#handlers = handlers;
  }

  /** Not inside a sequence: other sequences may be inserted here. */
  get atRest(): boolean {
    return this.#state === State.ground;
  }

  /** The last chunk had visible characters, not only titles, reports and cursor movement. */
  get showsText(): boolean {
    return this.#showsText;
  }

  /**
   * The last chunk may have changed modes other than those of nearly every frame (cursor,
   * synchronized output).
   */
  get changesModes(): boolean {
    return this.#changesModes;
  }

  push(chunk: Uint8Array): void {
    this.#begin = -1;
    this.#nextBegin = -1;
    this.#showsText = false;
    this.#changesModes = false;
    const data = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let at = 0;
    while (at < data.length) {
      if (this.#state !== State.ground) {
        at = this.#inSequence(data, at);
        continue;
      }
      const begin = nextEscape(data, at);
      // Usually one sequence follows another directly.
      if (begin !== at && !this.#showsText)
        this.#showsText = hasText(data, at, begin < 0 ? data.length : begin);
      if (begin < 0) return;
      this.#state = State.escape;
      this.#begin = begin;
      at = begin + 1;
    }
  }

  #inSequence(data: Buffer, at: number): number {
    switch (this.#state) {
      case State.escape:
        return this.#escape(data[at] as number, at);
      case State.csi:
        return this.#csi(data, at);
      case State.stringEscape:
        return this.#stringEscape(data, at);
      default:
        return this.#inString(data, at);
    }
  }

  /** The byte after an ESC. */
  #escape(byte: number, at: number): number {
    this.#length = 0;
    this.#overflow = false;
    if (byte === 0x5b) this.#state = State.csi;
    else if (byte === 0x5d) this.#state = State.osc;
    else if (byte === 0x50) this.#state = State.dcs;
    else if (byte === 0x58 || byte === 0x5e || byte === 0x5f) this.#state = State.ignored;
    else if (byte === ESC) this.#begin = at;
    // Intermediates and control characters do not end an escape sequence.
    else if (byte >= 0x30 || byte === CAN || byte === SUB) {
      this.#state = State.ground;
    }
    return at + 1;
  }

  #csi(data: Buffer, from: number): number {
    for (let at = from; at < data.length; at++) {
      const byte = data[at] as number;
      if (byte >= 0x40 && byte !== 0x7f) {
        this.#state = State.ground;
        // Most sequences set attributes: none of those is of interest here.
        if (byte !== SGR || (this.#held[0] as number) >= PRIVATE_FROM) this.#endCsi(byte, at + 1);
        return at + 1;
      }
      if (byte >= 0x20) {
        if (byte !== 0x7f) this.#hold(byte, CSI_LIMIT_BYTES);
      } else if (byte === ESC || byte === CAN || byte === SUB) {
        this.#state = byte === ESC ? State.escape : State.ground;
        this.#begin = at;
        return at + 1;
      }
    }
    return data.length;
  }

  #endCsi(final: number, end: number): void {
    this.#changesModes ||= this.#isMode(final);
    if (!this.#mayBeQuery(final)) return;
    this.#hold(final, CSI_LIMIT_BYTES);
    const query = this.#overflow ? undefined : csiQuery(this.#text());
    if (query) this.#handlers.onQuery(query, end);
  }

  /** Rules out by the final byte nearly every sequence that is not a query. */
  #mayBeQuery(final: number): boolean {
    switch (final) {
      case 0x68: // h
        // Only mode 2048 is one of these, and many frames begin with other modes.
        return this.#held[0] === 0x3f && this.#held.lastIndexOf(0x38, this.#length - 1) > 0;
      case 0x6d: // m
        return this.#held[0] === 0x3f;
      case 0x63: // c
      case 0x6e: // n
      case 0x70: // p
      case 0x71: // q
      case 0x74: // t
      case 0x75: // u
        return true;
      default:
        return false;
    }
  }

  #isMode(final: number): boolean {
    const first = this.#held[0];
    switch (final) {
      case 0x68: // h
      case 0x6c: // l
        return this.#length > 0 && first === 0x3f && !IN_FRAMES.has(this.#text());
      case 0x6d: // m
        return this.#length > 0 && first === 0x3e;
      case 0x75: // u
        return this.#length > 0 && first !== 0x3f;
      default:
        return false;
    }
  }

  #inString(data: Buffer, from: number): number {
    const isOsc = this.#state === State.osc;
    let at = from;
    while (at < data.length && !endsString(data[at] as number, isOsc)) at++;
    if (this.#state !== State.ignored) this.#holdAll(data, from, at);
    if (at === data.length) return at;
    const byte = data[at] as number;
    if (byte === ESC) {
      this.#string = this.#state;
      this.#state = State.stringEscape;
      this.#nextBegin = at;
    } else {
      this.#state = State.ground;
      if (byte === BEL) this.#osc('bel', at + 1);
    }
    return at + 1;
  }

  #stringEscape(data: Buffer, at: number): number {
    if (data[at] !== 0x5c) {
      this.#state = State.escape;
      this.#begin = this.#nextBegin;
      return at;
    }
    this.#state = State.ground;
    if (this.#string === State.osc) this.#osc('st', at + 1);
    else if (this.#string === State.dcs && !this.#overflow) {
      const query = dcsQuery(this.#text());
      if (query) this.#handlers.onQuery(query, at + 1);
    }
    return at + 1;
  }

  #osc(terminator: StringEnd, end: number): void {
    if (this.#overflow || this.#length === 0) return;
    const first = this.#held[0] as number;
    if (this.#held[1] === 0x3b && (first === 0x30 || first === 0x32)) {
      this.#handlers.onTitle(this.#held.toString('utf8', 2, this.#length), this.#begin, end);
      return;
    }
    if (first !== 0x31 && first !== 0x34 && first !== 0x37) return;
    const body = this.#held.toString('latin1', 0, this.#length);
    const queries = oscQueries(body, terminator);
    for (const query of queries) this.#handlers.onQuery(query, end);
    if (queries.length > 0 || !body.startsWith(STATUS_PREFIX)) return;
    const report = this.#held.subarray(STATUS_PREFIX.length, this.#length);
    if (report.length <= STATUS_LIMIT_BYTES) this.#handlers.onStatus(new Uint8Array(report));
  }

  #text(): string {
    return this.#held.toString('latin1', 0, this.#length);
  }

  #hold(byte: number, limit: number): void {
    if (this.#length >= limit) this.#overflow = true;
    else this.#held[this.#length++] = byte;
  }

  #holdAll(data: Buffer, from: number, to: number): void {
    if (this.#overflow) return;
    if (this.#length + to - from > STRING_LIMIT_BYTES) {
      this.#overflow = true;
      return;
    }
    this.#length += data.copy(this.#held, this.#length, from, to);
  }
}

/** Sequences of a frame are a few bytes apart, where a native search would take longer. */
function nextEscape(data: Buffer, from: number): number {
  const near = Math.min(from + NEAR_BYTES, data.length);
  for (let at = from; at < near; at++) if (data[at] === ESC) return at;
  return near === data.length ? -1 : data.indexOf(ESC, near);
}

/** Stops at the first visible character: what is between two sequences usually begins with one. */
function hasText(data: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++)
    if ((data[at] as number) > 0x20 && data[at] !== 0x7f) return true;
  return false;
}

function endsString(byte: number, isOsc: boolean): boolean {
  return byte < 0x20 && (byte === ESC || byte === CAN || byte === SUB || (isOsc && byte === BEL));
}
