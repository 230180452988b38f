/**
 * One attached client: its data connection, the output queued for it, and its state. A client that
 * stops reading gets a redraw when it reads again; until then it neither stops the program nor takes
 * more than bounded memory.
 */
import type { Socket } from 'node:net';
import { base64 } from '../../platform/base64.ts';
import {
  descriptorOf,
  readInto,
  startReading,
  stopReading,
  takeBuffered,
} from '../../platform/descriptor.ts';
import { CLIENT_BEHIND_MAX_BYTES } from '../../protocol/limits.ts';
import type {
  ClientTerminal,
  Exit,
  Farewell,
  Notification,
  ScrollbackOnAttach,
} from '../../protocol/messages.ts';
import type { ShownLines } from '../screen/screen.ts';
import { ClientOutput } from './client-output.ts';
import { TerminalModes } from './terminal-modes.ts';

/** Shared by all clients, as input is copied out of it in the same callback. */
const landing = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * What a client is sent: all output (live); nothing until its queue is empty and it gets a redraw
 * (skipping); or the scaled view. A client may start skipping, or catch up, while it is scaled.
 */
type State =
  | { readonly type: 'live' }
  | { readonly type: 'skipping' }
  | { readonly type: 'scaled'; readonly skipping: boolean };

const LIVE: State = { type: 'live' };
const SKIPPING: State = { type: 'skipping' };

/** What the client's terminal was shown, if it does not get the output (any more). */
export interface Held {
  shown: ShownLines;
  /** Undoes the program's modes; still to be sent before anything else is drawn. */
  undo: string;
  /**
   * The terminal's rows are no longer the session's: it was resized, or the user's shell wrote to
   * it.
   */
  moved: boolean;
}

/** What a client is told of its session when it leaves. */
interface Facts {
  readonly name: string;
  readonly drawnFor?: Farewell['drawnFor'] | undefined;
}

export interface ClientHandlers {
  onInput(bytes: Uint8Array): void;
  /** Nothing is queued for the client any more. */
  onDrain(): void;
  /** The connection is closed, by either side. Called once. */
  onGone(): void;
}

export class Client {
  readonly readOnly: boolean;
  readonly sshAuthSock: string | undefined;
  /** Of its terminal. */
  readonly identity: string | undefined;
  readonly scrollbackOnAttach: ScrollbackOnAttach;
  cols: number;
  rows: number;
  /** When its user last typed, or attached; milliseconds since the epoch. */
  typedAt: number;
  /** The screen model's `keyboardOverPops` when the client attached. */
  keyboardOverPops = 0;
  /**
   * The program's DA1 queries that the client's terminal has not answered yet: the client sends the
   * same query when it leaves, and must recognise the answer to its own.
   */
  openAttributes = 0;
  /** Number of bytes that it has typed, see InputLedger. */
  readonly typist: { readonly token: string; taken: number; given: number };
  /** The modes that its terminal had before the session was shown. */
  modes = new TerminalModes();
  /**
   * Whether its terminal's main screen is, or was, the session's; false before the first redraw.
   */
  shows = false;
  /** … and has the session's rows, as the session was drawn from the top. */
  placed = false;
  held: Held | undefined;
  #state: State = LIVE;
  #restoreUpdates = '';
  #kept = '';
  readonly output: ClientOutput;
  readonly #socket: Socket;
  #handlers: ClientHandlers | undefined;
  /** Sends over the client's control connection. */
  readonly #notify: (notification: Notification) => void;

  constructor(
    terminal: ClientTerminal,
    socket: Socket,
    notify: (notification: Notification) => void,
    now: number,
  ) {
    this.#notify = notify;
    this.typist = { token: terminal.token, taken: 0, given: 0 };
    this.readOnly = terminal.readOnly;
    this.sshAuthSock = terminal.sshAuthSock;
    this.identity = terminal.identity;
    this.scrollbackOnAttach = terminal.scrollback;
    this.cols = terminal.cols;
    this.rows = terminal.rows;
    this.typedAt = now;
    this.#socket = socket;
    this.output = new ClientOutput(socket, notify, () => this.#handlers?.onDrain());
  }

  get isLive(): boolean {
    return this.#state.type === 'live';
  }

  get isScaled(): boolean {
    return this.#state.type === 'scaled';
  }

  /** Output is skipped until {@link catchUp}, also while the client is scaled. */
  get isSkipping(): boolean {
    const state = this.#state;
    return state.type === 'scaled' ? state.skipping : state.type === 'skipping';
  }

  /** The client has stopped reading: output is skipped from now on. */
  skip(): void {
    this.#state = this.isScaled ? { type: 'scaled', skipping: true } : SKIPPING;
  }

  /** Nothing is queued any more. @returns whether output was skipped, so that a redraw is due. */
  catchUp(): boolean {
    if (!this.isSkipping) return false;
    this.#state = this.isScaled ? { type: 'scaled', skipping: false } : LIVE;
    return true;
  }

  /** From now on its size differs from the session's; see ScaledView. */
  scale(): void {
    this.#state = { type: 'scaled', skipping: this.isSkipping };
  }

  /** Its size is the session's again. */
  unscale(): void {
    this.#state = this.isSkipping ? SKIPPING : LIVE;
  }

  listen(handlers: ClientHandlers): void {
    this.#handlers = handlers;
    this.#socket.on('drain', () => this.output.onDrain());
    this.#socket.on('error', () => this.#socket.destroy());
    this.#socket.once('close', () => {
      this.output.close();
      handlers.onGone();
    });
    if (this.#socket.destroyed) handlers.onGone();
    else this.#read(handlers);
  }

  #read(handlers: ClientHandlers): void {
    const early = this.#socket.read() as Uint8Array | null;
    const take = (length: number) => handlers.onInput(Buffer.from(landing.subarray(0, length)));
    if (!readInto(this.#socket, landing, take))
      this.#socket.on('data', (bytes: Uint8Array) => handlers.onInput(bytes));
    this.#socket.resume();
    if (early) handlers.onInput(early);
  }

  /** The data connection's descriptor; undefined once it is closed. */
  get fd(): number | undefined {
    return descriptorOf(this.#socket);
  }

  /** Bytes queued in this process for the client. */
  get queuedBytes(): number {
    return this.output.queuedBytes;
  }

  /** As {@link queuedBytes}, but changes with each partial write: distinguishes slow from stuck. */
  get progress(): number {
    return this.output.progress;
  }

  get tooFarBehind(): boolean {
    return this.queuedBytes > CLIENT_BEHIND_MAX_BYTES;
  }

  send(bytes: Uint8Array): void {
    this.output.send(bytes);
  }

  pauseInput(): void {
    stopReading(this.#socket);
  }

  /** Removes and returns input that was read but not processed; only when paused. */
  takeTyped(): Uint8Array {
    return takeBuffered(this.#socket);
  }

  resumeInput(): void {
    startReading(this.#socket);
  }

  /** Sends the restore sequence if it has changed; see the notification `way-back`. */
  updateRestore(restore: Uint8Array, alternate: boolean): void {
    const now = base64(restore);
    if (now === this.#restoreUpdates) return;
    this.#restoreUpdates = now;
    this.#notify({ type: 'way-back', restore: now, alternate });
  }

  /**
   * Sends the client what a successor needs to know of it, if that has changed; see the
   * notification `keep`.
   */
  updateKept(leads: boolean): void {
    const { shows, placed } = this;
    const now = JSON.stringify({ modes: this.modes.dump(), shows, placed, leads });
    if (now === this.#kept) return;
    this.#kept = now;
    this.#notify({ type: 'keep', state: now });
  }

  /** No more output; what is queued is still sent. */
  detached(by: 'self' | 'other', restore: Uint8Array, { name, drawnFor }: Facts): void {
    this.output.stopDirect();
    const farewell = { ...this.#farewell(restore), name, ...(drawnFor && { drawnFor }) };
    this.#notify({ type: 'detached', by, ...farewell });
    this.#socket.end();
  }

  /** The program has ended, and all of its output is queued. */
  ended(exit: Exit, restore: Uint8Array, { name }: Facts): void {
    this.output.stopDirect();
    this.#notify({ type: 'ended', exit, ...this.#farewell(restore), name });
    this.#socket.end();
  }

  #farewell(restore: Uint8Array): Farewell {
    const { openAttributes } = this;
    return {
      offset: this.output.sentBytes,
      restore: base64(restore),
      ...(openAttributes > 0 ? { openAttributes } : {}),
    };
  }

  destroy(): void {
    this.output.close();
    this.#socket.destroy();
  }
}
