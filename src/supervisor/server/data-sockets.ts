/**
 * Matches the two connections of a client by a token: the control connection names it in a request,
 * the data connection in its first line, and either may come first.
 */
import type { Socket } from 'node:net';
import { DATA_SOCKET_TIMEOUT_MS } from '../../protocol/limits.ts';

interface Entry {
  socket?: Socket;
  take?: (socket: Socket | undefined) => void;
  timer: NodeJS.Timeout;
}

export class DataSockets {
  readonly #entries = new Map<string, Entry>();

  /** Adds a data connection; it is closed if no request asks for it in time. */
  offer(token: string, socket: Socket): void {
    const waiting = this.#entries.get(token);
    if (waiting?.socket) {
      socket.destroy();
      return;
    }
    if (waiting?.take) {
      this.#forget(token, waiting);
      waiting.take(socket);
      return;
    }
    const entry: Entry = { socket, timer: this.#limit(token) };
    socket.once('close', () => {
      if (this.#entries.get(token) === entry) this.#forget(token, entry);
    });
    this.#entries.set(token, entry);
  }

  /** The data connections that no request has asked for yet. */
  offered(): { readonly token: string; readonly socket: Socket }[] {
    return [...this.#entries].flatMap(([token, { socket }]) => (socket ? [{ token, socket }] : []));
  }

  /** The data connection for `token`, or undefined if it does not come in time. */
  expect(token: string): Promise<Socket | undefined> {
    const offered = this.#entries.get(token);
    if (offered) {
      this.#forget(token, offered);
      offered.take?.(undefined);
      return Promise.resolve(offered.socket);
    }
    return new Promise((take) => {
      this.#entries.set(token, { take, timer: this.#limit(token) });
    });
  }

  #limit(token: string): NodeJS.Timeout {
    return setTimeout(() => {
      const entry = this.#entries.get(token);
      if (!entry) return;
      this.#forget(token, entry);
      entry.socket?.destroy();
      entry.take?.(undefined);
    }, DATA_SOCKET_TIMEOUT_MS);
  }

  #forget(token: string, entry: Entry): void {
    clearTimeout(entry.timer);
    this.#entries.delete(token);
  }
}
