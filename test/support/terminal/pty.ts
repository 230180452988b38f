/**
 * A program in a real pseudo terminal, seen from the master's side, with nothing lost.
 *
 * The tests need their own: the PTY code of the product is what they judge, and the stock reader
 * of the binding may drop the last kilobytes before a program's exit.
 */
import { readSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ReadStream } from 'node:tty';

export interface PtyOptions {
  file: string;
  args?: readonly string[] | undefined;
  env: Readonly<Record<string, string>>;
  cwd: string;
  cols: number;
  rows: number;
}

export interface PtyExit {
  code: number;
  /** The signal's number, or 0. */
  signal: number;
}

interface Binding {
  fork(
    file: string,
    args: readonly string[],
    env: string[],
    cwd: string,
    cols: number,
    rows: number,
    uid: number,
    gid: number,
    utf8: boolean,
    helper: string,
    onExit: (code: number, signal: number) => void,
  ): { fd: number; pid: number };
  resize(fd: number, cols: number, rows: number): void;
}

const READ_BYTES = 65_536;
/** A full PTY is looked at again after this long; the program decides how fast it reads. */
const WRITE_RETRY_MS = 2;
/**
 * The other end of the terminal may stay open in a grandchild after the program's own exit. It is
 * taken to be over after so long without a byte: what was written before may still be on its way.
 */
const AFTER_EXIT_MS = 500;

/**
 * The masters of other terminals of this process are inherited by every fork; a program that
 * held one would keep that terminal alive after the test has closed it. Needs bash: other shells
 * cannot close a descriptor above 9. No redirection of the loop: bash would close its own copy.
 * The environment goes around bash, which would add to it and take PS1 out of it.
 */
const CLOSE_INHERITED = `for f in /dev/fd/*; do
  n=\${f##*/}
  if [ "$n" -gt 2 ]; then eval "exec $n>&-"; fi
done
exec env -i "$@"`;

const fromPty = createRequire(createRequire(import.meta.url).resolve('node-pty'));

function binding(): Binding {
  return fromPty(`@lydell/node-pty-${process.platform}-${process.arch}/pty.node`) as Binding;
}

function helperPath(): string {
  if (process.platform !== 'darwin') return '';
  return fromPty.resolve(`@lydell/node-pty-${process.platform}-${process.arch}/spawn-helper`);
}

function errorCode(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException | undefined)?.code;
}

/** Owns the master. `close()` hangs the terminal up, as closing a terminal's window does. */
export class Pty {
  readonly pid: number;
  /** Settles after the last byte of output was handed to `onData`. */
  readonly exit: Promise<PtyExit>;
  #fd: number;
  #stream: ReadStream;
  #queue: Buffer[] = [];
  #retry: NodeJS.Timeout | undefined;
  #open = true;
  #onData: (data: Buffer) => void;

  constructor(options: PtyOptions, onData: (data: Buffer) => void) {
    this.#onData = onData;
    let exited: (exit: PtyExit) => void = () => {};
    const exit = new Promise<PtyExit>((resolve) => {
      exited = resolve;
    });
    const env = Object.entries(options.env).map(([key, value]) => `${key}=${value}`);
    const args = ['-c', CLOSE_INHERITED, 'bash', ...env, options.file, ...(options.args ?? [])];
    const { cwd, cols, rows } = options;
    const forked = binding().fork(
      '/bin/bash',
      args,
      [`PATH=${process.env.PATH}`],
      cwd,
      cols,
      rows,
      -1,
      -1,
      true,
      helperPath(),
      (code, signal) => exited({ code, signal }),
    );
    this.pid = forked.pid;
    this.#fd = forked.fd;
    this.#stream = new ReadStream(forked.fd);
    const ended = this.#read();
    this.exit = exit.then(async (result) => {
      await Promise.race([ended, this.#silence()]);
      this.close();
      return result;
    });
  }

  /** Resolves after `AFTER_EXIT_MS` in which nothing came, or when the stream is closed. */
  #silence(): Promise<void> {
    return new Promise((resolve) => {
      let timer = setTimeout(resolve, AFTER_EXIT_MS);
      this.#stream.on('data', () => {
        clearTimeout(timer);
        timer = setTimeout(resolve, AFTER_EXIT_MS);
      });
      this.#stream.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #read(): Promise<void> {
    const stream = this.#stream;
    stream.on('data', (data: Buffer) => this.#onData(data));
    return new Promise((resolve) => {
      // A hang-up can reach the stream before the last bytes do; they are still in the kernel.
      stream.on('end', () => this.#drain());
      stream.on('error', () => {});
      stream.on('close', () => {
        this.#open = false;
        resolve();
      });
    });
  }

  #drain(): void {
    const buffer = Buffer.alloc(READ_BYTES);
    try {
      for (;;) {
        const length = readSync(this.#fd, buffer);
        if (length === 0) return;
        this.#onData(Buffer.from(buffer.subarray(0, length)));
      }
    } catch {
      // EIO: nothing is left; EAGAIN: nothing yet, and nobody will write any more.
    }
  }

  /** Everything is written in order; what the program does not read yet waits. */
  write(data: Uint8Array | string): void {
    if (!this.#open) return;
    this.#queue.push(Buffer.from(data as Uint8Array));
    if (this.#retry === undefined) this.#flush();
  }

  #flush(): void {
    this.#retry = undefined;
    while (this.#open) {
      const first = this.#queue[0];
      if (first === undefined) return;
      try {
        const length = writeSync(this.#fd, first);
        if (length === first.length) this.#queue.shift();
        else this.#queue[0] = first.subarray(length);
      } catch (error) {
        if (errorCode(error) !== 'EAGAIN') return;
        this.#retry = setTimeout(() => this.#flush(), WRITE_RETRY_MS);
        return;
      }
    }
  }

  /** A terminal that is slow to show what it gets: reading stops after each piece for this long. */
  slowDown(pauseMs: number): void {
    const stream = this.#stream;
    stream.on('data', () => {
      stream.pause();
      setTimeout(() => stream.resume(), pauseMs);
    });
  }

  /** Stops reading: the program's writes fill the kernel's buffer, and then wait. */
  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  resize(cols: number, rows: number): void {
    if (this.#open) binding().resize(this.#fd, cols, rows);
  }

  /** The program's readers of this terminal get a hang-up. Harmless when it is over. */
  close(): void {
    clearTimeout(this.#retry);
    this.#open = false;
    this.#stream.destroy();
  }
}
