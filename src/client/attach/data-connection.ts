/**
 * The data connection of an attachment. Until the supervisor has answered, one that ends is opened
 * again with the same token: a hand-over that failed has taken it along, or the socket was put
 * aside for a moment.
 */
import { connect as connectSocket, Socket } from 'node:net';
import { privateSocketAddress, type SocketAddress } from '../../platform/socket-address.ts';
import { writeNow } from '../../platform/socket-write.ts';
import { encode } from '../../protocol/framing.ts';

/** As one read; reused for all of them. */
const READ_BYTES = 64 * 1024;
/** Between two tries. */
const REOPEN_MS = 10;

export interface DataHandlers {
  /** The bytes are the receiver's only during the call. False: read no more for now. */
  onData(bytes: Uint8Array): boolean;
  /** For good. */
  onClosed(): void;
}

export class DataConnection {
  readonly #path: string;
  readonly #token: string;
  readonly #handlers: DataHandlers;
  #socket: Socket;
  #reopenTimer: NodeJS.Timeout | undefined;
  /** The supervisor has it, or wants none. */
  #answered = false;

  constructor(path: string, token: string, handlers: DataHandlers) {
    this.#path = path;
    this.#token = token;
    this.#handlers = handlers;
    this.#socket = this.#open();
  }

  get closed(): boolean {
    return this.#socket.closed;
  }

  /** Nothing is opened from here on. */
  answered(): void {
    this.#answered = true;
    clearTimeout(this.#reopenTimer);
  }

  write(bytes: Uint8Array): void {
    writeNow(this.#socket, bytes);
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.answered();
    this.#socket.destroy();
  }

  #open(): Socket {
    let address: SocketAddress;
    try {
      address = privateSocketAddress(this.#path);
    } catch {
      // The directory is not there at the moment.
      return new Socket().once('close', () => this.#onClosed()).destroy();
    }
    const socket = connectSocket({
      path: address.path,
      onread: {
        buffer: Buffer.allocUnsafe(READ_BYTES),
        callback: (length, buffer) => this.#handlers.onData(buffer.subarray(0, length)),
      },
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#onClosed());
    socket.once('connect', address.release).once('close', address.release);
    socket.write(encode({ type: 'data', token: this.#token }));
    return socket;
  }

  #onClosed(): void {
    // Where output has come, the answer is on its way over the other connection.
    if (this.#answered || this.#socket.bytesRead > 0) this.#handlers.onClosed();
    else
      this.#reopenTimer = setTimeout(() => {
        this.#socket = this.#open();
      }, REOPEN_MS);
  }
}
