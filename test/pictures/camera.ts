/** Films a terminal: the screens on which something is to be seen, each for as long as one reads it. */
import { waitUntil } from '../support/process/wait-until.ts';
import { screenRuns } from '../support/terminal/screen-runs.ts';
import { type Frame, filmSvg } from '../support/terminal/screen-svg.ts';
import type { Terminal } from '../support/terminal/terminal.ts';

const TYPED_SECONDS = 0.2;
const TYPED_CHARACTERS = 4;
/** A program that has drawn what was waited for may not be done with the rest. */
const QUIET_MS = 400;
/** Codex writes when a turn was over. */
const CLOCK = /\b\d\d:\d\d\b/g;
const SHOWN_CLOCK = '10:24';

export class Camera {
  readonly #frames: Frame[] = [];
  readonly #terminal: Terminal;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** As soon as the terminal is quiet. */
  async shot(seconds: number): Promise<void> {
    await this.#quiet();
    this.#take(seconds);
  }

  /** A few characters a frame, each as the program shows it. */
  async type(text: string): Promise<void> {
    const before = this.#terminal.cursor().x;
    for (let at = 0; at < text.length; at += TYPED_CHARACTERS) {
      const part = text.slice(at, at + TYPED_CHARACTERS);
      this.#terminal.type(part);
      const typed = text.slice(0, at + part.length);
      await this.#terminal.waitFor(
        (screen) => screen.includes(typed) && this.#terminal.cursor().x === before + typed.length,
        { what: `"${typed}" to be shown` },
      );
      await this.#quiet();
      this.#take(TYPED_SECONDS);
    }
  }

  /** @param still the index of the frame that stands for the film */
  svg(still = 0): string {
    return filmSvg(this.#frames, this.#terminal.options.cols ?? 100, still);
  }

  get frames(): number {
    return this.#frames.length;
  }

  #take(seconds: number): void {
    const { xterm } = this.#terminal.emulator;
    const cursor = this.#terminal.modes().cursorHidden ? undefined : this.#terminal.cursor();
    const lines = screenRuns(xterm, cursor);
    for (const run of lines.flat()) run.text = run.text.replace(CLOCK, SHOWN_CLOCK);
    this.#frames.push({ lines, seconds });
  }

  async #quiet(): Promise<void> {
    let seen = -1;
    let sinceMs = 0;
    await waitUntil(
      () => {
        const { length } = this.#terminal.raw();
        if (length !== seen) sinceMs = performance.now();
        seen = length;
        return performance.now() - sinceMs >= QUIET_MS;
      },
      { what: 'the terminal to be quiet', describe: () => this.#terminal.describe() },
    );
  }
}
