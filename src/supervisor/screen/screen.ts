/**
 * The model of a session's screen: a terminal emulator parses the program's output, off the hot path,
 * and is serialized as bytes that rebuild it on another terminal. An exception in the emulator may cost
 * this session what its screen showed, but does not affect other sessions.
 */
import { promisify } from 'node:util';
import { ScreenCaptures } from './captures.ts';
import type { Emulator } from './emulator.ts';
import { feedScheduler, SLICE_MS } from './feed-scheduler.ts';
import { modeSequence, type OwnModes, undoSequence } from './mode-sequences.ts';
import { modesOf, type ScreenModes } from './modes.ts';
import { ParsePace, PIECE_BYTES } from './parse-pace.ts';
import { SafeEmulator, type SafeEmulatorOptions } from './safe-emulator.ts';
import { compact } from './scrollback/index.ts';
import { isBlank, linesOf, type SerializeOptions, serialized } from './serialize.ts';
import { ShownLinesOfScreen, toLineBelow } from './shown-lines.ts';
import type { Size } from './size.ts';
import { OutputSkipping } from './skipping/index.ts';
import { type TextOptions, textOf } from './text.ts';
import { UnparsedOutput } from './unparsed-output.ts';

const nextTurn = promisify(setImmediate);

export type { Capture } from './capture.ts';
export type { ScreenCaptures } from './captures.ts';
export { SLICE_MS } from './feed-scheduler.ts';
export type { OwnModes } from './mode-sequences.ts';
export type { ScreenModes } from './modes.ts';
export type { SerializeOptions } from './serialize.ts';
export type { ShownLines } from './shown-lines.ts';
export type { TextOptions } from './text.ts';

/** Lines packed between two checks of the clock: 0.1 ms. */
const TIDY_LINES = 16;

export interface ScreenOptions extends SafeEmulatorOptions {
  cols: number;
  rows: number;
}

export class Screen {
  readonly shown: ShownLinesOfScreen;
  readonly #emulator: SafeEmulator;
  readonly #unparsed = new UnparsedOutput();
  readonly #skipping: OutputSkipping;
  readonly #pace = new ParsePace();
  #disposed = false;
  /** The size at the end of the queue. */
  #size: Size;

  constructor(options: ScreenOptions) {
    this.#size = clampSize(options.cols, options.rows);
    this.#emulator = new SafeEmulator(this.#size, options);
    this.#skipping = new OutputSkipping(this.#unparsed, this.#emulator, options.scrollback);
    this.shown = new ShownLinesOfScreen(this.#emulator, () => this.flush());
  }

  get cols(): number {
    return this.#size.cols;
  }

  get rows(): number {
    return this.#size.rows;
  }

  /** Bytes written and not parsed yet. */
  get unparsedBytes(): number {
    return this.#unparsed.bytes;
  }

  /** The program should wait until `onUnparsedLow`. */
  get behind(): boolean {
    return this.#pace.behind;
  }

  /** Called once when the program need not wait any more. */
  set onUnparsedLow(callback: (() => void) | undefined) {
    this.#pace.onLow = callback;
  }

  /** Queues a chunk, by reference: the caller must not change it afterwards. */
  write(chunk: Uint8Array): void {
    if (this.#disposed || chunk.length === 0) return;
    this.#unparsed.push(chunk, PIECE_BYTES);
    this.#pace.grown(this.unparsedBytes);
    feedScheduler.add(this, chunk.length);
  }

  /** Takes effect after everything written so far. */
  resize(cols: number, rows: number): void {
    if (this.#disposed) return;
    this.#size = clampSize(cols, rows);
    this.#unparsed.pushSize(this.#size);
    if (this.unparsedBytes === 0) this.flush();
  }

  /** Parses everything queued, synchronously. */
  flush(): void {
    if (this.unparsedBytes > PIECE_BYTES) this.#skip();
    while (!this.#unparsed.isEmpty) this.parsePiece();
    feedScheduler.parsed(this);
  }

  /** Whether callbacks of `whenParsed` are pending. */
  get isAwaited(): boolean {
    return this.#unparsed.hasMarks;
  }

  /** Calls back when exactly what was written so far is parsed: at once if that is little. */
  whenParsed(callback: () => void): void {
    if (this.#disposed) return;
    this.#unparsed.pushMark(callback);
    if (this.unsettled) feedScheduler.hurry(this);
    else this.flush();
  }

  /** Parsing the queue at once would block the event loop for long; `settle` does not. */
  get unsettled(): boolean {
    return this.unparsedBytes > this.#pace.atOnceBytes;
  }

  /** Parses the queue in slices, for `limitMs` at most. Writing meanwhile makes it take longer. */
  async settle(limitMs = Number.POSITIVE_INFINITY): Promise<void> {
    const begun = performance.now();
    while (this.unsettled && !this.#disposed && performance.now() - begun < limitMs) {
      const end = performance.now() + SLICE_MS;
      this.#skip();
      while (!this.#unparsed.isEmpty && performance.now() < end) this.parsePiece();
      await nextTurn();
    }
  }

  /** Drops the queue, with the callbacks that wait for it. */
  forgetQueued(): void {
    this.#unparsed.clear();
    feedScheduler.parsed(this);
  }

  /** For the scheduler: whether the queue may never have to be parsed if more comes. */
  mayWait(): boolean {
    if (this.#pace.costly || this.isAwaited) return false;
    const waits = this.#skipping.mayWait();
    this.#pace.shrunk(this.unparsedBytes);
    return waits;
  }

  /** For the scheduler: releases memory, a little at a time. Returns whether there is more. */
  tidy(): boolean {
    if (!this.#emulator.isThere) return false;
    return this.#emulator.run(({ core }) => compact(core, TIDY_LINES)) ?? false;
  }

  /** For the scheduler: parses a KiB, or less if that takes long. */
  parsePiece(): void {
    const begun = performance.now();
    this.#parseNext();
    // Marks and sizes count no bytes, so the scheduler would not come back for them.
    while (this.#unparsed.isAtMark) this.#parseNext();
    this.#pace.took(performance.now() - begun);
  }

  #parseNext(): void {
    const item = this.#unparsed.take(this.#pace.pieceBytes);
    if (item === undefined) return;
    if (item instanceof Uint8Array) {
      this.#emulator.parse(item);
      this.#skipping.taken(item.length);
      this.#pace.shrunk(this.unparsedBytes);
      return;
    }
    if (typeof item === 'function') {
      item();
      return;
    }
    this.#emulator.resize(item);
  }

  #skip(): void {
    this.#skipping.skip(PIECE_BYTES);
    this.#pace.shrunk(this.unparsedBytes);
  }

  /**
   * The bytes that rebuild this screen on a freshly reset terminal of the same size (blank, cursor at
   * home), except for the title, which the session sets.
   */
  serialize(options: SerializeOptions = {}): Uint8Array {
    this.flush();
    const shown = this.#emulator.run((emulator) => serialized(emulator, options)) ?? [];
    return Buffer.concat([...shown, ...this.#emulator.unfinished]);
  }

  /**
   * The bytes that undo what the program has set, for a client whose terminal had the modes `own`.
   */
  restoreSequence(own?: OwnModes): Uint8Array {
    this.flush();
    return Buffer.from(this.#emulator.run((emulator) => undoSequence(emulator, own)) ?? '');
  }

  /**
   * As {@link restoreSequence}; if the program draws on the main screen, its lines stay, and the
   * cursor moves below them.
   */
  leaveSequence(own?: OwnModes): Uint8Array {
    this.flush();
    const leave = (emulator: Emulator) => undoSequence(emulator, own) + toLineBelow(emulator);
    return Buffer.from(this.#emulator.run(leave) ?? '');
  }

  /** The lines of the screen from top to bottom, without trailing blanks. */
  text(options: TextOptions = {}): string[] {
    this.flush();
    return this.#emulator.run((emulator) => textOf(emulator, options)) ?? [];
  }

  /** For a preview, which disposes of it. */
  captures(): ScreenCaptures {
    const isUnsettled = () => this.unsettled;
    return new ScreenCaptures({
      emulator: this.#emulator,
      skipping: this.#skipping,
      get unsettled() {
        return isUnsettled();
      },
      flush: () => this.flush(),
      whenParsed: (callback) => this.whenParsed(callback),
    });
  }

  /** Whether the main screen is blank, even if the alternate screen is shown. */
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

  /** The state as parsed so far, without a flush: for callbacks of `whenParsed`. */
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

  /** Whether the program has set this dynamic colour (OSC 10 to 19), as parsed so far. */
  hasOwnColor(which: number): boolean {
    return this.#emulator.ready().extra.dynamicColors.has(which);
  }

  /** Column and row of the cursor, from 0; inside the screen even while a wrap is pending. */
  get cursor(): { x: number; y: number } {
    this.flush();
    const { x, y } = this.#emulator.ready().core.buffers.active;
    return { x: Math.min(x, this.cols - 1), y };
  }

  /** Differs whenever the program's modes differ, as parsed so far. */
  get modesKey(): string {
    return this.#emulator.run((emulator) => modeSequence(emulator) + undoSequence(emulator)) ?? '';
  }

  get modes(): ScreenModes {
    this.flush();
    return modesOf(this.#emulator.ready());
  }

  /** For tests, which compare two screens cell by cell. */
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

/** The emulator's minimum size is 2 by 1. */
function clampSize(cols: number, rows: number): Size {
  return { cols: Math.max(2, Math.trunc(cols) || 80), rows: Math.max(1, Math.trunc(rows) || 24) };
}
