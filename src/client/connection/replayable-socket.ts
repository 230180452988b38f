/**
 * A socket to the supervisor that is reopened if it closes before anything was received on it. That
 * happens to a client that connects during a failing hand-over: the successor has accepted the
 * connection, but exits before serving it. No request was handled, so all of them can be sent again.
 */
import type { Socket } from 'node:net';

/** A failed hand-over costs one; several in a row are no coincidence. */
const REOPENS_MAX = 5;

export type Reopen = () => Promise<Socket | undefined>;

export interface SocketHandlers {
  onBytes(bytes: Uint8Array): void;
  /**
   * The connection is closed and will not be reopened. `refused`: each attempt was closed before
   * anything was received.
   */
  onClosed(refused: boolean): void;
}

export class ReplayableSocket {
  #socket: Socket;
  readonly #reopen: Reopen | undefined;
  readonly #handlers: SocketHandlers;
  #reopens = 0;
  /** Everything written so far; undefined once something was received. */
  #written: string[] | undefined = [];
  #destroyed = false;

  /** Takes over a connected socket. What is written in this turn of the event loop is one packet. */
  constructor(socket: Socket, reopen: Reopen | undefined, handlers: SocketHandlers) {
    this.#socket = socket;
    this.#reopen = reopen;
    this.#handlers = handlers;
    this.#listen(socket);
    socket.cork();
    process.nextTick(() => socket.uncork());
  }

  write(line: string): void {
    this.#written?.push(line);
    this.#socket.write(line);
  }

  destroy(): void {
    this.#destroyed = true;
    this.#socket.destroy();
  }

  #listen(socket: Socket): void {
    socket.on('data', (bytes) => {
      this.#written = undefined;
      this.#handlers.onBytes(bytes);
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      const unheard = !this.#destroyed && this.#written !== undefined && this.#reopen;
      if (unheard && this.#reopens < REOPENS_MAX) void this.#replay(unheard);
      else this.#handlers.onClosed(Boolean(unheard));
    });
  }

  async #replay(reopen: Reopen): Promise<void> {
    this.#reopens++;
    const socket = await reopen().catch(() => undefined);
    if (!socket || this.#destroyed) {
      socket?.destroy();
      this.#handlers.onClosed(false);
      return;
    }
    this.#socket = socket;
    this.#listen(socket);
    socket.write((this.#written ?? []).join(''));
  }
}
