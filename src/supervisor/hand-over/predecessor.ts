/** The successor's view of the predecessor: lines from a pipe, and a process that exits. */
import { Socket } from 'node:net';
import { isAlive, startTimeOf } from '../../platform/process-identity.ts';
import { TAKE_OVER_FD } from './state.ts';

/** The predecessor writes its state within milliseconds of our start. */
const LINE_LIMIT_MS = 20_000;

/** The kernel closes a killed process's descriptors first; the rest takes milliseconds. */
const GONE_LIMIT_MS = 500;
const GONE_POLL_MS = 5;

export class PredecessorLines {
  #text = '';
  #ended = false;
  #wake: (() => void) | undefined;

  constructor() {
    const socket = new Socket({ fd: TAKE_OVER_FD });
    const parts: Buffer[] = [];
    socket.on('data', (bytes: Buffer) => {
      parts.push(bytes);
      if (!bytes.includes(0x0a)) return;
      this.#text += Buffer.concat(parts.splice(0)).toString('utf8');
      this.#wake?.();
    });
    const end = () => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.once('end', end);
    socket.once('error', end);
  }

  /** The next line. @throws Error if none comes in time. */
  async next(): Promise<string> {
    const limit = Date.now() + LINE_LIMIT_MS;
    for (;;) {
      const end = this.#text.indexOf('\n');
      if (end >= 0) {
        const line = this.#text.slice(0, end);
        this.#text = this.#text.slice(end + 1);
        return line;
      }
      const left = limit - Date.now();
      if (this.#ended || left <= 0) throw new Error('the supervisor before this one has gone away');
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}

/** Whether the process has exited; waits a moment, as its pipe is closed before that. */
export async function isGone(pid: number): Promise<boolean> {
  const startTime = startTimeOf(pid);
  for (let waitedMs = 0; waitedMs < GONE_LIMIT_MS; waitedMs += GONE_POLL_MS) {
    if (startTime === undefined || !isAlive(pid, startTime)) return true;
    await new Promise((resolve) => setTimeout(resolve, GONE_POLL_MS));
  }
  return false;
}
