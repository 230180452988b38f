/**
 * A terminal as a program sees it: the master of a PTY, read and written with as little of our own
 * in between as Node allows, the same for every peer. The time that it costs is what the column
 * "raw PTY" shows.
 */
import { writeSync } from 'node:fs';
import { constants } from 'node:os';
import { ReadStream } from 'node:tty';
import { fork } from '../src/supervisor/pty/native.ts';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface TerminalOptions {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly cols?: number;
  readonly rows?: number;
}

const READ_BYTES = 64 * 1024;

export class Terminal {
  readonly pid: number;
  /** The bytes are the terminal's own: copy what is to be kept. */
  onData: ((bytes: Buffer) => void) | undefined;
  receivedBytes = 0;
  readonly exited: Promise<void>;
  readonly #fd: number;
  readonly #stream: ReadStream;

  constructor(command: Command, options: TerminalOptions) {
    const { cols = 80, rows = 24, cwd } = options;
    const env = Object.entries({ ...options.env, ...command.env }).map(([k, v]) => `${k}=${v}`);
    let onExit = () => {};
    this.exited = new Promise((resolve) => {
      onExit = resolve;
    });
    const forked = fork({ file: command.file, args: command.args, env, cwd, cols, rows }, onExit);
    this.pid = forked.pid;
    this.#fd = forked.fd;
    const landing = Buffer.allocUnsafeSlow(READ_BYTES);
    this.#stream = new ReadStream(forked.fd, {
      onread: {
        buffer: landing,
        callback: (length: number) => {
          this.receivedBytes += length;
          this.onData?.(landing.subarray(0, length));
          return true;
        },
      },
    } as object);
    this.#stream.on('error', () => this.#stream.destroy());
    this.#stream.resume();
  }

  /** The master's descriptor, which does not block, for a child that writes to it. */
  get master(): number {
    return this.#fd;
  }

  /** One write that the terminal surely has room for. */
  key(bytes: Uint8Array): void {
    writeSync(this.#fd, bytes);
  }

  /** Stops reading, as a terminal behind a dead connection does. */
  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /** Whether all the texts have come, in any order, before the time is over. */
  sees(texts: readonly string[], limitMs: number): Promise<boolean> {
    const missing = new Set(texts);
    const longest = Math.max(...texts.map((text) => text.length));
    let tail = '';
    return new Promise((resolve) => {
      const finish = (seen: boolean) => {
        clearTimeout(timer);
        this.onData = undefined;
        resolve(seen);
      };
      const timer = setTimeout(() => finish(false), limitMs);
      this.onData = (bytes) => {
        const text = tail + bytes.toString('latin1');
        for (const wanted of missing) if (text.includes(wanted)) missing.delete(wanted);
        tail = text.slice(-longest);
        if (missing.size === 0) finish(true);
      };
    });
  }

  /**
   * Resolves when nothing has come for `ms`, but something before: until a client has drawn, the
   * terminal may still be its shell's, which echoes by itself.
   */
  quiet(ms: number, limitMs = 10_000): Promise<void> {
    const end = performance.now() + limitMs;
    let before = -1;
    return new Promise((resolve) => {
      const timer = setInterval(() => {
        if ((before > 0 && this.receivedBytes === before) || performance.now() > end) {
          clearInterval(timer);
          resolve();
        }
        before = this.receivedBytes;
      }, ms);
    });
  }

  async close(): Promise<void> {
    try {
      process.kill(this.pid, constants.signals.SIGKILL);
    } catch {
      // Gone already.
    }
    this.#stream.destroy();
    await this.exited;
  }
}
