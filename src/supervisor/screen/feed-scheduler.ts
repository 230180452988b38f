/**
 * Shares the time for parsing between all screens: one slice per turn of the event loop, however many
 * sessions write, so that a keystroke never waits for more than one slice. A little output waits for
 * some milliseconds: parsing each echoed key by itself costs 165 to 190 instead of 110 µs of CPU per
 * key (docs/performance.md). No timer runs while nothing is queued.
 */
import { isTyping } from '../pty/typing-activity.ts';
import { collectAtRest, collectUnderPressure } from './scrollback/index.ts';

/** The longest time that one turn of the event loop spends on parsing. */
export const SLICE_MS = 0.5;
/** … while a user types: a key waits for a slice on its way in, and its echo on the way out. */
const TYPING_SLICE_MS = 0.05;
/** Up to this much may wait for a pause in the output; more is parsed between reads. */
export const QUIET_LIMIT_BYTES = 64 * 1024;
/** A screen that gets this much within PAUSE_MS may be held back, as it may be skippable … */
const STREAM_BYTES = 4 * 1024;
/** … as long as it gets this much within HELD_MS: 256 KB/s. */
const HELD_MIN_BYTES = 8 * 1024;
const HELD_MS = 32;
/** Output waits this long for more. Readers of the screen flush first, so none sees it late. */
const PAUSE_MS = 8;
/** Lines are packed, to save memory, once a session has written nothing for this long. */
const REST_MS = 500;

export interface Feedable {
  readonly unparsedBytes: number;
  /** Parses a piece. Never throws, and always reduces `unparsedBytes`. */
  parsePiece(): void;
  /** Whether the queue should wait while more comes: it may never have to be parsed. */
  mayWait(): boolean;
  /** Does a little of the work that is left for idle times. Returns whether there is more. */
  tidy(): boolean;
}

export class FeedScheduler {
  /** To be parsed; with the bytes that came since the last check. */
  readonly #waiting = new Map<Feedable, number>();
  /** Held back; with the bytes that came since the last check. */
  readonly #held = new Map<Feedable, number>();
  /** Since when each has had nothing to parse, the longest first. */
  readonly #untidy = new Map<Feedable, number>();
  readonly #resting = new Set<Feedable>();
  /** A turn of the event loop is scheduled. */
  #urgent = false;
  #pause: NodeJS.Timeout | undefined;
  #look: NodeJS.Timeout | undefined;
  #rest: NodeJS.Timeout | undefined;

  /** To be called after each write. */
  add(screen: Feedable, bytes: number): void {
    collectUnderPressure(bytes);
    // Not at rest: during a flood each line would be packed only to be dropped.
    this.#untidy.delete(screen);
    this.#resting.delete(screen);
    const isMuch = screen.unparsedBytes > QUIET_LIMIT_BYTES;
    if ((isMuch || this.#held.has(screen)) && screen.mayWait()) {
      this.#hold(screen, bytes);
      return;
    }
    this.#held.delete(screen);
    this.#waiting.set(screen, (this.#waiting.get(screen) ?? 0) + bytes);
    if (isMuch) this.#soon();
    else this.#pause ??= setTimeout(() => this.#paused(), PAUSE_MS);
  }

  /** To be called when something waits for the screen's output to be parsed. */
  hurry(screen: Feedable): void {
    this.#held.delete(screen);
    this.#waiting.set(screen, 0);
    this.#soon();
  }

  #hold(screen: Feedable, bytes: number): void {
    this.#waiting.delete(screen);
    this.#held.set(screen, (this.#held.get(screen) ?? 0) + bytes);
    this.#look ??= setTimeout(() => this.#looked(), HELD_MS);
  }

  /** To be called when everything is parsed. */
  parsed(screen: Feedable): void {
    const wasHeld = this.#held.delete(screen);
    if (this.#waiting.delete(screen) || wasHeld) this.#tidyLater(screen);
  }

  remove(screen: Feedable): void {
    this.#held.delete(screen);
    this.#waiting.delete(screen);
    this.#untidy.delete(screen);
    this.#resting.delete(screen);
  }

  #soon(): void {
    if (this.#urgent) return;
    this.#urgent = true;
    setImmediate(() => this.#turn());
  }

  #paused(): void {
    this.#pause = undefined;
    for (const [screen, bytes] of this.#waiting)
      if (bytes >= STREAM_BYTES && screen.mayWait()) this.#hold(screen, 0);
    if (this.#waiting.size > 0) this.#soon();
  }

  /** Stops holding back screens that get little or no output any more. */
  #looked(): void {
    this.#look = undefined;
    for (const [screen, bytes] of this.#held) {
      if (bytes >= HELD_MIN_BYTES) {
        this.#held.set(screen, 0);
        continue;
      }
      this.#held.delete(screen);
      this.#waiting.set(screen, 0);
    }
    if (this.#held.size > 0) this.#look = setTimeout(() => this.#looked(), HELD_MS);
    if (this.#waiting.size > 0) this.#soon();
  }

  #turn(): void {
    this.#urgent = false;
    const end = performance.now() + (isTyping() ? TYPING_SLICE_MS : SLICE_MS);
    for (const screen of this.#waiting.keys()) {
      while (screen.unparsedBytes > 0 && performance.now() < end) screen.parsePiece();
      this.#waiting.delete(screen);
      // Moved to the end, so that each gets its turn.
      if (screen.unparsedBytes > 0) this.#waiting.set(screen, 0);
      else this.#tidyLater(screen);
      if (performance.now() >= end) break;
    }
    if (this.#waiting.size > 0) this.#soon();
  }

  #tidyLater(screen: Feedable): void {
    this.#untidy.delete(screen);
    this.#untidy.set(screen, performance.now());
    this.#rest ??= setTimeout(() => this.#rested(), REST_MS);
  }

  /** Screens rest one by one, as another one may always be writing. */
  #rested(): void {
    this.#rest = undefined;
    const now = performance.now();
    const already = this.#resting.size > 0;
    for (const [screen, since] of this.#untidy) {
      const left = since + REST_MS - now;
      if (left >= 1) {
        this.#rest = setTimeout(() => this.#rested(), left);
        break;
      }
      this.#untidy.delete(screen);
      this.#resting.add(screen);
    }
    if (!already && this.#resting.size > 0) this.#tidy();
  }

  #tidy(): void {
    const end = performance.now() + SLICE_MS;
    for (const screen of this.#resting) {
      while (performance.now() < end) {
        if (screen.tidy()) continue;
        this.#resting.delete(screen);
        break;
      }
    }
    if (this.#resting.size > 0) setImmediate(() => this.#tidy());
    else collectAtRest();
  }
}

/** One for the process: all its screens share the time. */
export const feedScheduler = new FeedScheduler();
