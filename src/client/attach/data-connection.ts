/**
 * The data connection of an attachment. If it closes before the supervisor has answered, it is opened
 * again with the same token: a failed hand-over closed it, or the socket was missing for a moment.
 */
import { connect as connectSocket, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { privateSocketAddress, type SocketAddress } from '../../platform/socket-address.ts';
import { writeNow } from '../../platform/socket-write.ts';
import { encode } from '../../protocol/framing.ts';

/** Node's own read size; one buffer is reused for all reads. */
const READ_BYTES = 64 * 1024;
/** Delay before the next try. */
const REOPEN_MS = 10;
const NOTHING = new Uint8Array(0);

export interface DataHandlers {
  /** `bytes` are valid only during the call. False stops reading until `resume`. */
  onData(bytes: Uint8Array): boolean;
  /** The connection is no longer full. */
  onDrain(): void;
  /** It is closed and will not be opened again. */
  onClosed(): void;
}

export class DataConnection {
  readonly #path: string;
  readonly #token: string;
  readonly #handlers: DataHandlers;
  readonly #far: (() => Duplex) | undefined;
  #socket: Socket | Duplex;
  /** Something has come. */
  #heard = false;
  #reopenTimer: NodeJS.Timeout | undefined;
  /** The supervisor has accepted this connection, or does not want one. */
  #answered = false;

  /** `far`: opens the connection to another machine, instead of connecting to `path`. */
  constructor(path: string, token: string, handlers: DataHandlers, far?: () => Duplex) {
    this.#far = far;
    this.#path = path;
    this.#token = token;
    this.#handlers = handlers;
    this.#socket = this.#open();
  }

  get closed(): boolean {
    return this.#socket.closed;
  }

  /** The attach was answered: never reopen. */
  answered(): void {
    this.#answered = true;
    clearTimeout(this.#reopenTimer);
  }

  /** What is written now would be queued in this process, or lost. */
  get full(): boolean {
    return this.#socket.destroyed || this.#socket.writableLength > 0;
  }

  /** The bytes must not change afterwards. */
  write(bytes: Uint8Array): void {
    if (this.#socket instanceof Socket) writeNow(this.#socket, bytes);
    else this.#socket.write(bytes);
    if (this.#socket.writableLength > 0) this.#socket.write(NOTHING, () => this.#onDrain());
  }

  resume(): void {
    this.#socket.resume();
  }

  destroy(): void {
    this.answered();
    this.#socket.destroy();
  }

  #onData(bytes: Uint8Array): boolean {
    this.#heard = true;
    return this.#handlers.onData(bytes);
  }

  #open(): Socket | Duplex {
    if (!this.#far) return this.#openSocket();
    const stream = this.#far();
    stream.on('data', (bytes: Buffer) => {
      if (!this.#onData(bytes)) stream.pause();
    });
    stream.on('error', () => stream.destroy());
    stream.once('close', () => this.#onClosed());
    this.#begin(stream);
    return stream;
  }

  #begin(stream: Duplex): void {
    stream.write(encode({ type: 'data', token: this.#token }), () => this.#onDrain());
  }

  #openSocket(): Socket {
    let address: SocketAddress;
    try {
      address = privateSocketAddress(this.#path);
    } catch {
      // The directory is missing at the moment.
      return new Socket().once('close', () => this.#onClosed()).destroy();
    }
    const socket = connectSocket({
      path: address.path,
      onread: {
        buffer: Buffer.allocUnsafe(READ_BYTES),
        callback: (length, buffer) => this.#onData(buffer.subarray(0, length)),
      },
    });
    socket.on('error', () => socket.destroy());
    socket.once('close', () => this.#onClosed());
    socket.once('connect', address.release).once('close', address.release);
    this.#begin(socket);
    return socket;
  }

  #onDrain(): void {
    if (!this.full) this.#handlers.onDrain();
  }

  #onClosed(): void {
    // Once output has come, the answer is on its way over the control connection.
    if (this.#answered || this.#heard) this.#handlers.onClosed();
    else
      this.#reopenTimer = setTimeout(() => {
        this.#socket = this.#open();
      }, REOPEN_MS);
  }
}
