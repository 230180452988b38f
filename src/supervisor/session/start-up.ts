/**
 * Decides whether a program is up: it has reported its status, or shows something and stays. Until
 * then its options are not stored for the next start, and a start without a terminal may wait.
 */
import { clearIdleTimeout } from '../../platform/idle-timer.ts';
import type { ProgramObserver } from '../program/program.ts';
import type { Screen } from '../screen/screen.ts';

/** Output within this time belongs to one frame. */
const LOOK_AFTER_MS = 10;
/**
 * Text on the main screen may be an error after which the program ends. From the message of `codex
 * --foo` to the end of the Node script around it (npm's `codex` on Node 20): 25 to 80 ms, measured
 * on a loaded machine.
 */
const STAYS_MS = 250;

type Watched = {
  readonly screen: Pick<Screen, 'unsettled' | 'text' | 'modes'>;
  readonly program: Pick<ProgramObserver, 'status'>;
};

export class StartUp {
  /** Called once, when the program is up; not if it ends first. */
  onUp: (() => void) | undefined;
  readonly #terminal: Watched;
  #up: boolean;
  #over = false;
  #timer: NodeJS.Timeout | undefined;
  /** Since when something is on its screen, on the clock of `performance.now()`. */
  #drawnAt: number | undefined;
  /**
   * The function that ends each wait, and whether the wait is for the program to say that its start
   * is over.
   */
  readonly #waiting = new Map<() => void, boolean>();

  /** `up`: true if a predecessor has seen it come up. */
  constructor(terminal: Watched, up = false) {
    this.#terminal = terminal;
    this.#up = up;
  }

  get up(): boolean {
    return this.#up;
  }

  /**
   * Resolves when the program is up or has ended, after at most `limitMs`, or on {@link release}.
   * `begun`: waits until it also says that its start is over, as Codex draws before it opens a
   * conversation.
   */
  wait(limitMs: number, begun = false): Promise<void> {
    if ((begun ? this.#hasBegun : this.#up) || this.#over) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearIdleTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, limitMs);
      this.#waiting.set(done, begun);
    });
  }

  /** Ends all waits, as if their time were over. */
  release(): void {
    for (const done of [...this.#waiting.keys()]) done();
  }

  get #hasBegun(): boolean {
    const { status } = this.#terminal.program;
    return status !== undefined && status.source !== 'none' && status.status !== 'starting';
  }

  /** To be called after output. */
  onOutput(): void {
    if (this.#up || this.#over || this.#timer) return;
    this.#timer = setTimeout(() => this.#look(), LOOK_AFTER_MS);
  }

  /** To be called when the program's status has changed. */
  onStatus(): void {
    const { status } = this.#terminal.program;
    if (status && status.source !== 'none') this.#become();
    if (this.#waiting.size > 0 && this.#hasBegun) this.release();
  }

  /** The program has ended. */
  end(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    this.release();
  }

  #look(): void {
    this.#timer = undefined;
    if (!this.#isDrawn()) {
      this.#drawnAt = undefined;
      return;
    }
    this.#drawnAt ??= performance.now();
    const left = this.#drawnAt + STAYS_MS - performance.now();
    const { screen } = this.#terminal;
    if (left <= 0 || (!screen.unsettled && screen.modes.altScreen)) this.#become();
    else this.#timer = setTimeout(() => this.#look(), left);
  }

  #isDrawn(): boolean {
    const { screen } = this.#terminal;
    // More output than is parsed at once: too much to be only modes and queries.
    return screen.unsettled || screen.text().some((line) => line.trim() !== '');
  }

  #become(): void {
    if (this.#up || this.#over) return;
    this.#up = true;
    clearTimeout(this.#timer);
    this.onUp?.();
    for (const [done, begun] of [...this.#waiting]) if (!begun) done();
  }
}
