/** Named pipes as signals between the bench and programs: a shell writes and reads them cheaply. */
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';

const { O_RDONLY, O_RDWR, O_NONBLOCK } = constants;

/** From programs to us. */
export class PipeIn {
  readonly path: string;
  readonly #socket: Socket;
  #text = '';
  #wake: (() => void) | undefined;

  constructor(path: string) {
    this.path = path;
    execFileSync('mkfifo', [path]);
    // Also for writing: with no program at the other end there would be an end of file.
    const fd = openSync(path, O_RDWR | O_NONBLOCK);
    this.#socket = new Socket({ fd, readable: true, writable: false });
    this.#socket.on('data', (bytes: Buffer) => {
      this.#text += bytes.toString('latin1');
      this.#wake?.();
    });
  }

  /** What came since the last time, as soon as something has. Undefined after the limit. */
  async next(limitMs: number): Promise<string | undefined> {
    if (this.#text === '')
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, limitMs);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    this.#wake = undefined;
    const text = this.#text;
    this.#text = '';
    return text === '' ? undefined : text;
  }

  /** Forgets what has come: it is no answer to what follows. */
  discard(): void {
    this.#text = '';
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** From us, or from the feeder, to a program. Nothing is read here. */
export class PipeOut {
  readonly path: string;
  readonly #fd: number;

  constructor(path: string) {
    this.path = path;
    execFileSync('mkfifo', [path]);
    this.#fd = openSync(path, O_RDWR | O_NONBLOCK);
  }

  send(text: string): void {
    writeSync(this.#fd, text);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

/** Settles when the last program that holds the pipe open has closed it, or ended. */
export function lastHolderGone(path: string): Promise<void> {
  const fd = openSync(path, O_RDONLY | O_NONBLOCK);
  const socket = new Socket({ fd, readable: true, writable: false });
  return new Promise((resolve) => {
    socket.once('close', () => resolve());
    socket.resume();
  });
}
