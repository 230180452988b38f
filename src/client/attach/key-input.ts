/**
 * Passes on what the user types, from the terminal to the supervisor, unchanged except that our own
 * keys are taken out. While there is no supervisor, input is held; after a death, input that the
 * dead supervisor had not read is sent again, and what it had read never is. For another machine it
 * is neither held nor sent again, only counted.
 */
import type { TypedBytes } from '../../protocol/messages.ts';
import { InputTokenizer } from '../../terminal/input-tokens.ts';
import type { DataConnection } from './data-connection.ts';
import type { KeyAction, Scanned } from './key-scanner.ts';
import { SentBytes } from './sent-bytes.ts';
import { typedBytesIn, withoutFirstKey } from './typed-keys.ts';
import type { AttachContext, Untold } from './types.ts';

/** Once this much is held, the terminal is not read any more. */
const HELD_MAX_BYTES = 1024 * 1024;

export interface InputHandlers {
  /** One of our keys was typed; what followed it is left in the terminal, for the next listener. */
  onAction(action: KeyAction): void;
  /** `now` in ms since the epoch. */
  onSent(now: number): void;
  /** Input is dropped, as there is no supervisor and nothing is held. */
  onDropped(): void;
}

/** Input that was sent to supervisors that have died. */
export interface Missing {
  /** Bytes of which it is unknown whether the program has got them. */
  readonly doubtful: Uint8Array;
  /** Bytes that never arrived and are not sent again: for another machine, or no longer kept. */
  readonly lostBytes: number;
}

/**
 * What is done for input that is lost with a connection: it is sent again, or counted so that the
 * user can be told, or nothing, as a read-only client types nothing that has to arrive.
 */
export type CareForInput = 'resend' | 'count' | 'none';

export const NOTHING_MISSING: Missing = { doubtful: new Uint8Array(0), lostBytes: 0 };

export class KeyInput {
  /** Returns what the user is to be told, and counts it as told. */
  missing = NOTHING_MISSING;
  readonly #context: AttachContext;
  readonly #handlers: InputHandlers;
  #sent: SentBytes | undefined;
  #resends = false;
  /** Bytes that arrived on another machine too late, and were dropped there. */
  #droppedBytes = 0;
  /** {@link missing} has reported everything about input sent before this offset. */
  #settled = 0;
  /** The supervisor has sent something since input up to this offset was sent. */
  #heard = 0;
  /** Where the input begins that the dead supervisor may not have read. */
  #unsure = 0;
  #data: DataConnection | undefined;
  /** Held input, in order; goes before everything that is typed from now on. */
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #stopped = false;
  #restTimer: NodeJS.Timeout | undefined;
  #onKey: (() => void) | undefined;
  /** Only while {@link #onKey} waits. */
  #tokenizer = new InputTokenizer();

  constructor(context: AttachContext, handlers: InputHandlers) {
    this.#context = context;
    this.#handlers = handlers;
  }

  /** Begins to read the terminal. */
  begin(care: CareForInput): void {
    if (care !== 'none') this.#sent = new SentBytes();
    this.#resends = care === 'resend';
    this.#context.terminal.onInput = (bytes) => this.#onInput(bytes);
  }

  /** From now on input goes to this connection, beginning with what is held. */
  connect(data: DataConnection): void {
    this.#data = data;
    this.flush();
    this.#context.terminal.listen();
  }

  /** From now on input is held, or dropped. */
  disconnect(): void {
    this.#data = undefined;
    const sent = this.#sent;
    const now = Date.now();
    const first = this.#resends ? Math.min(this.#heard, sent?.lately(now) ?? 0) : this.#heard;
    this.#unsure = Math.max(first, this.#settled);
    if (this.#resends) return;
    // It was typed before the user could know, so it counts as sent and lost.
    for (const bytes of this.#held.splice(0)) sent?.push(bytes, now);
    this.#heldBytes = 0;
  }

  /** So many bytes that were sent were not typed there, and the user was told. */
  dropped(bytes: number): void {
    this.#droppedBytes = Math.min(this.#droppedBytes + bytes, this.#sent?.total ?? 0);
  }

  /** Sends what is held, until the connection is full. */
  flush(): void {
    const now = Date.now();
    while (this.#data && !this.#data.full) {
      const next = this.#held.shift();
      if (!next) return;
      this.#heldBytes -= next.length;
      this.#send(this.#data, next, now);
    }
  }

  /** The supervisor has said something. */
  heard(): void {
    this.#heard = this.#sent?.total ?? 0;
  }

  /**
   * While there is no supervisor: number of bytes held, and of those that the dead one may not have
   * read.
   */
  get untold(): Untold {
    const sent = this.#sent;
    const unsure = sent?.slice(this.#unsure, sent.total) ?? new Uint8Array(0);
    const unsentBytes = typedBytesIn(Buffer.concat(this.#held));
    return { unsentBytes, doubtfulBytes: typedBytesIn(unsure) };
  }

  /**
   * To be called between supervisors, or lines to another machine. `typed`: how much of the input
   * before is known to have arrived; if undefined, nothing is sent again.
   */
  reconcile(typed: TypedBytes | undefined): void {
    const sent = this.#sent;
    if (!sent) return;
    const { total } = sent;
    const dropped = this.#droppedBytes;
    const taken = typed ? Math.min(typed.taken + dropped, total) : total;
    const guess = this.#resends ? sent.lately(Date.now()) : this.#unsure;
    const known = Math.max(typed ? typed.given + dropped : guess, this.#settled);
    const given = Math.min(known, taken);
    const doubtful = sent.slice(given, taken) ?? Buffer.alloc(taken - given, ' ');
    const again = sent.slice(taken, total);
    // The successor's counts begin with 0 if it does not know the attachment.
    this.#settled = typed ? taken : 0;
    if (typed) sent.rewind(taken);
    else {
      this.#sent = new SentBytes();
      this.#droppedBytes = 0;
    }
    this.#heard = typed ? sent.total : 0;
    let lostBytes = again ? 0 : total - taken;
    if (again && !this.#resends) lostBytes = typedBytesIn(again);
    else if (again && again.length > 0) this.#hold(again, true);
    this.missing = {
      doubtful: Buffer.concat([this.missing.doubtful, doubtful]),
      lostBytes: this.missing.lostBytes + lostBytes,
    };
  }

  /** The next key is not passed on; `onKey` is called instead. */
  awaitKey(onKey: () => void): void {
    this.#onKey = onKey;
    this.#tokenizer = new InputTokenizer(this.#context.keys.inPaste ? Date.now() : undefined);
  }

  awaitNoKey(): void {
    this.#onKey = undefined;
  }

  /** What is typed from now on is dropped, unless there is another listener. */
  stop(): void {
    this.#stopped = true;
    this.#onKey = undefined;
    clearTimeout(this.#restTimer);
    this.#context.keys.drop();
  }

  #onInput(bytes: Uint8Array): void {
    clearTimeout(this.#restTimer);
    const { keys } = this.#context;
    const now = Date.now();
    this.#forward(keys.push(bytes, now), now);
    const heldForMs = keys.heldForMs(now);
    if (heldForMs !== undefined)
      this.#restTimer = setTimeout(() => this.#forward(keys.flush(), Date.now()), heldForMs);
  }

  #forward(scanned: Scanned, now: number): void {
    if (this.#stopped) return;
    // One write for each read, as a program may expect a sequence in one piece.
    const [only] = scanned.forward;
    if (only) this.#pass(scanned.forward.length === 1 ? only : Buffer.concat(scanned.forward), now);
    if (!scanned.action) return;
    const { terminal } = this.#context;
    terminal.onInput = undefined;
    for (const bytes of scanned.rest ?? []) terminal.unread(bytes);
    this.#handlers.onAction(scanned.action);
  }

  #pass(typed: Uint8Array, now: number): void {
    const bytes = this.#onKey ? this.#withoutAwaited(typed, now) : typed;
    if (bytes.length === 0) return;
    if (this.#data && this.#held.length === 0 && !this.#data.full)
      this.#send(this.#data, bytes, now);
    else if (this.#data || this.#resends) this.#hold(bytes);
    else this.#handlers.onDropped();
  }

  #withoutAwaited(typed: Uint8Array, now: number): Uint8Array {
    // The scanner passes on whole sequences only.
    const tokens = [...this.#tokenizer.push(typed, now), ...this.#tokenizer.flush()];
    const rest = withoutFirstKey(tokens);
    if (!rest) return Buffer.concat(tokens.map(({ bytes }) => bytes));
    const onKey = this.#onKey;
    this.#onKey = undefined;
    onKey?.();
    return rest;
  }

  #send(data: DataConnection, bytes: Uint8Array, now: number): void {
    // Recorded before it is written, as the supervisor may die at any moment.
    this.#sent?.push(bytes, now);
    data.write(bytes);
    this.#handlers.onSent(now);
  }

  #hold(bytes: Uint8Array, first = false): void {
    if (first) this.#held.unshift(bytes);
    else this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (!this.#data && this.#heldBytes > HELD_MAX_BYTES) this.#context.terminal.pause();
  }
}
