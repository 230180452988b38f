/**
 * Whether the pipe that we write to still has a reader: Node notices only when it writes, and has no
 * poll(2).
 */
import { spawn } from 'node:child_process';
import { readlinkSync } from 'node:fs';

/** To select(2), a pipe without a reader is readable. bash before version 4 cannot tell. */
const IS_READER_GONE = '((BASH_VERSINFO[0] >= 4)) && read -t 0 -u 1';
/** After output, as a reader usually ends because of what it has just read: `| head -1`, `| grep -m 1`. */
const LOOKS_AFTER_MS = [100, 1_000, 10_000];

/**
 * Calls `onGone` within some 100 ms if the reader ends because of what was written. Takes no CPU while
 * idle.
 */
export class PipeReader {
  readonly #isPipe: boolean;
  readonly #onGone: () => void;
  #timer: NodeJS.Timeout | undefined;

  /**
   * For standard output; `onGone` is never called if that is not a pipe, or on systems other than Linux.
   */
  constructor(onGone: () => void) {
    this.#onGone = onGone;
    this.#isPipe = isPipe();
    this.written();
  }

  /** To be called after output. */
  written(): void {
    if (this.#isPipe) this.#lookAfter(0);
  }

  #lookAfter(look: number): void {
    clearTimeout(this.#timer);
    const waitMs = LOOKS_AFTER_MS[look];
    if (waitMs === undefined) return;
    this.#timer = setTimeout(async () => {
      const timer = this.#timer;
      if (await isReaderGone()) this.#onGone();
      else if (this.#timer === timer) this.#lookAfter(look + 1);
    }, waitMs).unref();
  }
}

/** Not a named one, mkfifo(1), which may get another reader. */
function isPipe(): boolean {
  try {
    return readlinkSync('/proc/self/fd/1').startsWith('pipe:[');
  } catch {
    return false;
  }
}

/** Takes 3 ms, during which other work goes on. */
function isReaderGone(): Promise<boolean> {
  const child = spawn('bash', ['--norc', '-c', IS_READER_GONE], {
    stdio: ['ignore', 'inherit', 'ignore'],
    env: { PATH: process.env.PATH },
  });
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
