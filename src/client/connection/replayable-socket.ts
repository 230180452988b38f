/**
 * A socket to the supervisor that is opened again where it ends before anything was heard on it.
 * That happens to whoever comes during a hand-over that fails: the successor, which had taken the
 * connection and was not to serve it yet, takes it along. As nobody has acted on what was said, it
 * can all be said again.
 */
import type { Socket } from 'node:net';

/** Once is what a hand-over that fails costs. Several in a row are no chance. */
const REOPENS_MAX = 5;

export type Reopen = () => Promise<Socket | undefined>;

export interface SocketHandlers {
  onBytes(bytes: Uint8Array): void;
  /** For good. */
  onClosed(): void;
}

export class ReplayableSocket {
  #socket: Socket;
  readonly #reopen: Reopen | undefined;
  readonly #handlers: SocketHandlers;
  #reopens = 0;
  /** All that was said, until something is heard. */
  #said: string[] | undefined = [];
  #destroyed = false;

  /** Takes over a connected socket. What is written in this turn goes out in one packet. */
  constructor(socket: Socket, reopen: Reopen | undefined, handlers: SocketHandlers) {
    this.#socket = socket;
    this.#reopen = reopen;
    this.#handlers = handlers;
    this.#listen(socket);
    socket.cork();
    process.nextTick(() => socket.uncork());
  }

  write(line: string): void {
    this.#said?.push(line);
    this.#socket.write(line);
  }

  destroy(): void {
    this.#destroyed = true;
    this.#socket.destroy();
  }

  #listen(socket: Socket): void {
    socket.on('data', (bytes) => {
      this.#said = undefined;
      this.#handlers.onBytes(bytes);
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      if (!this.#destroyed && this.#said && this.#reopen && this.#reopens < REOPENS_MAX)
        void this.#sayAgain(this.#reopen);
      else this.#handlers.onClosed();
    });
  }

  async #sayAgain(reopen: Reopen): Promise<void> {
    this.#reopens++;
    const socket = await reopen().catch(() => undefined);
    if (!socket || this.#destroyed) {
      socket?.destroy();
      this.#handlers.onClosed();
      return;
    }
    this.#socket = socket;
    this.#listen(socket);
    socket.write((this.#said ?? []).join(''));
  }
}
