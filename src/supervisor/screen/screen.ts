/**
 * The picture of a session: what its program has written, kept in a terminal emulator off the hot
 * path, and given back as bytes that make another terminal show and do the same. A throw inside
 * the emulator costs this session its picture and nobody else anything.
 */
import { promisify } from 'node:util';
import type { Emulator } from './emulator.ts';
import { feedScheduler, SLICE_MS } from './feed-scheduler.ts';
import { undoSequence } from './mode-sequences.ts';
import { modesOf, type ScreenModes } from './modes.ts';
import { SafeEmulator, type SafeEmulatorOptions } from './safe-emulator.ts';
import { compact } from './scrollback/index.ts';
import { isBlank, linesOf, type SerializeOptions, serialized } from './serialize.ts';
import { OutputSkipping } from './skipping/index.ts';
import { type TextOptions, textOf } from './text.ts';
import { type Size, UnparsedOutput } from './unparsed-output.ts';

const nextTurn = promisify(setImmediate);

export { SLICE_MS } from './feed-scheduler.ts';
export type { ScreenModes } from './modes.ts';
export type { SerializeOptions } from './serialize.ts';
export type { TextOptions } from './text.ts';

/** The session stops reading from the program above this: about 12 ms of parsing. */
export const BACKLOG_HIGH_BYTES = 1024 * 1024;
/** … and goes on below this, so that reading and parsing alternate without a gap. */
export const BACKLOG_LOW_BYTES = 256 * 1024;
/** The same two while the program writes what takes long: whoever looks has to wait for all of it. */
const COSTLY_HIGH_BYTES = 64 * 1024;
const COSTLY_LOW_BYTES = 16 * 1024;
/** Parsed between two looks at the clock: 0.012 ms, more for wide characters. */
const PIECE_BYTES = 1024;
/** … and so little of what takes long: to scroll by 2147483647 lines is 13 bytes, and can be 1 ms. */
const PIECE_MIN_BYTES = 16;
/** So much of it is parsed at once for whoever asks, whatever it is; more, a slice in each turn. */
const AT_ONCE_BYTES = 16 * 1024;
/** False: everything is parsed, which a flood has to wait for. */
const SKIPS_OUTPUT: boolean = true;
/** A piece that took longer was too large. */
const PIECE_MS = 0.5;
/** Lines packed between two looks at the clock: 0.1 ms. */
const TIDY_LINES = 16;

export interface ScreenOptions extends SafeEmulatorOptions {
  cols: number;
  rows: number;
}

export class Screen {
  /** Called once when the backlog falls below BACKLOG_LOW_BYTES after it was above the high mark. */
  onBacklogLow: (() => void) | undefined;
  readonly #emulator: SafeEmulator;
  readonly #unparsed = new UnparsedOutput();
  readonly #skipping: OutputSkipping | undefined;
  #pieceBytes = PIECE_BYTES;
  #wasHigh = false;
  #disposed = false;
  /** Size at the end of the queue. */
  #size: Size;

  constructor(options: ScreenOptions) {
    this.#size = clampSize(options.cols, options.rows);
    this.#emulator = new SafeEmulator(this.#size, options);
    if (SKIPS_OUTPUT)
      this.#skipping = new OutputSkipping(this.#unparsed, this.#emulator, options.scrollback);
  }

  get cols(): number {
    return this.#size.cols;
  }

  get rows(): number {
    return this.#size.rows;
  }

  /** Bytes written and not parsed yet. */
  get backlogBytes(): number {
    return this.#unparsed.bytes;
  }

  /** The program should wait, until `onBacklogLow`. */
  get behind(): boolean {
    return this.#wasHigh;
  }

  /** The last pieces took long. */
  get #costly(): boolean {
    return this.#pieceBytes < PIECE_BYTES / 4;
  }

  /** Queues a chunk, by reference: the caller must not change it afterwards. */
  write(chunk: Uint8Array): void {
    if (this.#disposed || chunk.length === 0) return;
    this.#unparsed.push(chunk, PIECE_BYTES);
    if (this.backlogBytes > (this.#costly ? COSTLY_HIGH_BYTES : BACKLOG_HIGH_BYTES))
      this.#wasHigh = true;
    feedScheduler.add(this, chunk.length);
  }

  /** Takes effect after everything written before. */
  resize(cols: number, rows: number): void {
    if (this.#disposed) return;
    this.#size = clampSize(cols, rows);
    this.#unparsed.pushSize(this.#size);
    if (this.backlogBytes === 0) this.flush();
  }

  /** Parses everything that is queued, now. */
  flush(): void {
    if (this.backlogBytes > PIECE_BYTES) this.#skip();
    while (!this.#unparsed.isEmpty) this.parsePiece();
    feedScheduler.parsed(this);
  }

  /** Somebody waits for what has been written to be parsed. */
  get isAwaited(): boolean {
    return this.#unparsed.hasMarks;
  }

  /** Calls back when what was written before is parsed, and nothing else: at once where that is little. */
  whenParsed(callback: () => void): void {
    if (this.#disposed) return;
    this.#unparsed.pushMark(callback);
    if (this.unsettled) feedScheduler.hurry(this);
    else this.flush();
  }

  /** Parsing what is queued would keep the loop for long: `settle` does not. */
  get unsettled(): boolean {
    return this.backlogBytes > (this.#costly ? PIECE_MIN_BYTES : AT_ONCE_BYTES);
  }

  /** Parses what is queued, in slices. Nothing should be written meanwhile, or it takes longer. */
  async settle(limitMs = Number.POSITIVE_INFINITY): Promise<void> {
    const begun = performance.now();
    while (this.unsettled && !this.#disposed && performance.now() - begun < limitMs) {
      const end = performance.now() + SLICE_MS;
      this.#skip();
      while (!this.#unparsed.isEmpty && performance.now() < end) this.parsePiece();
      await nextTurn();
    }
  }

  /** What is queued is never parsed, and whoever waits for it is not called. */
  forgetQueued(): void {
    this.#unparsed.clear();
    feedScheduler.parsed(this);
  }

  /** For the scheduler: if more comes, what is queued may never have to be parsed. */
  mayWait(): boolean {
    if (this.#costly || this.isAwaited || !this.#skipping) return false;
    const waits = this.#skipping.mayWait();
    this.#checkLow();
    return waits;
  }

  /** For the scheduler: gives memory back, a little at a time. Returns whether there is more. */
  tidy(): boolean {
    if (!this.#emulator.isThere) return false;
    return this.#emulator.run(({ core }) => compact(core, TIDY_LINES)) ?? false;
  }

  /** For the scheduler: parses a KiB, or less if that takes long. */
  parsePiece(): void {
    const begun = performance.now();
    this.#parseNext();
    // Nothing may follow that would be parsed later.
    while (this.#unparsed.isAtMark) this.#parseNext();
    if (performance.now() - begun > PIECE_MS) this.#pieceBytes = PIECE_MIN_BYTES;
    else this.#pieceBytes = Math.min(PIECE_BYTES, this.#pieceBytes * 2);
  }

  #parseNext(): void {
    const item = this.#unparsed.take(this.#pieceBytes);
    if (item === undefined) return;
    if (item instanceof Uint8Array) {
      this.#emulator.parse(item);
      this.#skipping?.taken(item.length);
      this.#checkLow();
      return;
    }
    if (typeof item === 'function') {
      item();
      return;
    }
    this.#emulator.resize(item);
  }

  #skip(): void {
    this.#skipping?.skip(PIECE_BYTES);
    this.#checkLow();
  }

  #checkLow(): void {
    const low = this.#costly ? COSTLY_LOW_BYTES : BACKLOG_LOW_BYTES;
    if (!this.#wasHigh || this.backlogBytes >= low) return;
    this.#wasHigh = false;
    this.onBacklogLow?.();
  }

  /**
   * Bytes that turn a freshly reset terminal of the same size (cursor at home, blank) into this
   * screen. The title is not in them; the session sets it.
   */
  serialize(options: SerializeOptions = {}): Uint8Array {
    this.flush();
    const shown = this.#emulator.run((emulator) => serialized(emulator, options)) ?? [];
    return Buffer.concat([...shown, ...this.#emulator.unfinished]);
  }

  /** Bytes that undo what the program has switched on, for a client that leaves. */
  restoreSequence(): Uint8Array {
    this.flush();
    return Buffer.from(this.#emulator.run(undoSequence) ?? '');
  }

  /** The lines of the screen from top to bottom, without trailing blanks. */
  text(options: TextOptions = {}): string[] {
    this.flush();
    return this.#emulator.run((emulator) => textOf(emulator, options)) ?? [];
  }

  /** Nothing has been drawn on the main screen, whichever is shown. */
  get mainIsBlank(): boolean {
    this.flush();
    const { normal } = this.#emulator.ready().core.buffers;
    return normal.ybase === 0 && linesOf(normal, this.rows, 0).every(isBlank);
  }

  /** How often the program has popped more entries of the main keyboard stack than it pushed. */
  get keyboardOverPops(): number {
    this.flush();
    return this.#emulator.ready().extra.overPops;
  }

  /** The size, and the rest as far as it is parsed: for whoever was called by `whenParsed`. */
  get parsedState(): {
    cols: number;
    rows: number;
    cursor: { x: number; y: number };
    modes: ScreenModes;
  } {
    const { cols, rows } = this;
    const { x, y } = this.#emulator.ready().core.buffers.active;
    return {
      cols,
      rows,
      cursor: { x: Math.min(x, cols - 1), y },
      modes: modesOf(this.#emulator.ready()),
    };
  }

  /** Row and column of the cursor, from 0; within the screen also while a wrap is pending. */
  get cursor(): { x: number; y: number } {
    this.flush();
    const { x, y } = this.#emulator.ready().core.buffers.active;
    return { x: Math.min(x, this.cols - 1), y };
  }

  get modes(): ScreenModes {
    this.flush();
    return modesOf(this.#emulator.ready());
  }

  /** The emulator, for tests that compare two screens cell by cell. */
  get emulator(): Emulator {
    this.flush();
    return this.#emulator.ready();
  }

  dispose(): void {
    this.#disposed = true;
    feedScheduler.remove(this);
    this.#unparsed.clear();
    this.#emulator.dispose();
  }
}

/** The emulator's least size is 2 by 1. */
function clampSize(cols: number, rows: number): Size {
  return { cols: Math.max(2, Math.trunc(cols) || 80), rows: Math.max(1, Math.trunc(rows) || 24) };
}
