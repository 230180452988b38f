/**
 * Stores the lines above a screen that has been at rest for some seconds. They are many, so they
 * are stored apart from the screen and less often; a successor lacks the lines that have scrolled
 * away since.
 */
import type { SessionFile } from '../memory/session-file.ts';
import type { Screen } from '../screen/screen.ts';
import { storingTurns } from './storing-turns.ts';

/** The user reads, or the turn is over; storing takes some ms. */
const AFTER_MS = 2_000;
const LINES_MAX = 500;
const LINES_MIN = 50;

export interface HistoryOptions {
  readonly screen: Screen;
  readonly file: SessionFile;
  /** Milliseconds since the last output. */
  restedMs(): number;
}

export class ScreenHistory {
  readonly #options: HistoryOptions;
  #lines = LINES_MAX;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /** The screen has come to rest, and differs from the one before. */
  rested(): void {
    if (this.#options.screen.shown.linesAbove > 0) this.#look(AFTER_MS);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    storingTurns.forget(this);
  }

  #look(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      if (!this.#lookAgain()) storingTurns.ask(this, () => this.#storeAtRest());
    }, ms);
  }

  /**
   * Looks again later if the screen is not at rest.
   * @returns whether that is so
   */
  #lookAgain(): boolean {
    const leftMs = AFTER_MS - this.#options.restedMs();
    const again = leftMs > 0 || this.#options.screen.unsettled;
    if (again) this.#look(Math.max(leftMs, 100));
    return again;
  }

  #storeAtRest(): void {
    if (!this.#lookAgain()) this.#store();
  }

  #store(): void {
    const { screen, file } = this.#options;
    const all = () =>
      Buffer.concat([
        sizeLine(screen),
        screen.serialize({ scrollback: this.#lines }),
        // To be followed by another screen.
        screen.restoreSequence(),
        Buffer.from(ERASE),
      ]);
    try {
      while (!file.writeHistory(all()) && this.#lines > LINES_MIN) this.#lines >>= 1;
    } catch {
      // Memory is short: the lines stored before stay.
    }
  }
}

/** Leaves blank rows, without scrolling any line into the scrollback. */
const ERASE = '\x1b[r\x1b[2H\x1b[J\x1b[H\x1b[K';

/** The stored bytes begin with the size that they are for. */
export function sizeLine({ cols, rows }: Pick<Screen, 'cols' | 'rows'>): Buffer {
  return Buffer.from(`${cols} ${rows}\n`);
}

export interface StoredScreen {
  readonly cols: number;
  readonly rows: number;
  /** The bytes that rebuild the scrollback. */
  readonly bytes: Uint8Array;
}

/** The stored screen below the stored lines; undefined if no screen is stored. */
export function storedScreen(file: SessionFile): StoredScreen | undefined {
  const screen = split(file.readScreen());
  const history = split(file.readHistory());
  if (!screen || history?.cols !== screen.cols || history.rows !== screen.rows) return screen;
  return { ...screen, bytes: Buffer.concat([history.bytes, screen.bytes]) };
}

function split(stored: Uint8Array | undefined): StoredScreen | undefined {
  const end = stored?.indexOf(0x0a) ?? -1;
  if (!stored || end < 0) return undefined;
  const size = Buffer.from(stored.subarray(0, end)).toString().split(' ').map(Number);
  const [cols = 0, rows = 0] = size;
  return { cols, rows, bytes: stored.subarray(end + 1) };
}
