/** Sends the output to one client: over its data connection, or directly to its terminal. */
import type { Socket } from 'node:net';
import { unwrittenBytes } from '../../platform/descriptor.ts';
import { writeNow } from '../../platform/socket-write.ts';
import type { Notification } from '../../protocol/messages.ts';
import { DirectOutput, type TerminalFile } from './direct-output.ts';

const NOTHING = new Uint8Array(0);

export class ClientOutput {
  /** Bytes sent over the data connection; offsets in control messages refer to this count. */
  sentBytes = 0;
  readonly #socket: Socket;
  /** Set while output is written to the client's terminal directly, or is about to be. */
  #direct: DirectOutput | undefined;
  /** Sends over the client's control connection. */
  readonly #notify: (notification: Notification) => void;
  readonly #onDrain: () => void;

  /** `onDrain` is called when nothing is queued any longer. */
  constructor(socket: Socket, notify: (notification: Notification) => void, onDrain: () => void) {
    this.#socket = socket;
    this.#notify = notify;
    this.#onDrain = onDrain;
  }

  /** Bytes queued for the client in this process. */
  get queuedBytes(): number {
    return this.#socket.writableLength + (this.#direct?.queuedBytes ?? 0);
  }

  /** As {@link queuedBytes}, but changes with each partial write: distinguishes slow from stuck. */
  get progress(): number {
    const socket = unwrittenBytes(this.#socket) ?? this.#socket.writableLength;
    return socket + (this.#direct?.progress ?? 0);
  }

  send(bytes: Uint8Array): void {
    if (this.#socket.destroyed) return;
    if (this.#direct) this.#direct.write(bytes);
    else this.#sendOver(bytes);
  }

  #sendOver(bytes: Uint8Array): void {
    this.sentBytes += bytes.length;
    writeNow(this.#socket, bytes);
  }

  /** From now on output is queued for the terminal itself; see {@link beginDirect}. */
  openDirect(file: TerminalFile): void {
    if (this.#direct || this.#socket.destroyed || this.#socket.writableEnded) return;
    try {
      this.#direct = new DirectOutput(file, {
        onDrain: () => this.onDrain(),
        onGone: () => this.stopDirect(true),
        onAlternate: (on) => this.#notify({ type: 'alternate', on }),
      });
    } catch {
      // The terminal is another user's or another container's: output keeps going through the
      // client.
      this.#notify({ type: 'returned', final: true });
      return;
    }
    this.#notify({ type: 'borrow', offset: this.sentBytes });
  }

  /** The client has written everything up to the offset in `borrow` to its terminal. */
  beginDirect(alternate: boolean): void {
    this.#direct?.begin(alternate);
  }

  /**
   * Output goes through the client again, beginning with what the terminal has not accepted.
   * `final`: the client must not offer its terminal again.
   */
  stopDirect(final = false): void {
    const direct = this.#direct;
    if (!direct) return;
    this.#direct = undefined;
    const rest = direct.close();
    this.#notify({ type: 'returned', final });
    if (this.#socket.destroyed) return;
    for (const bytes of rest) this.#sendOver(bytes);
    // A stream emits `drain` only if more than its high-water mark was queued.
    if (rest.length > 0) this.#socket.write(NOTHING, () => this.onDrain());
  }

  /** To be called when the connection has taken everything queued for it. */
  onDrain(): void {
    if (this.queuedBytes === 0) this.#onDrain();
  }

  /** The connection is closed, or about to be. */
  close(): void {
    this.#direct?.close();
    this.#direct = undefined;
  }
}
