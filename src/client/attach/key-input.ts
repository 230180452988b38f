/**
 * What the user types, on its way from the terminal to the supervisor: our own keys are taken out, and the
 * rest goes on unchanged. While there is no supervisor it is held; after a death, what the dead one had not
 * taken is sent again, and never what it had.
 */
import type { TypedBytes } from '../../protocol/messages.ts';
import { InputTokenizer } from '../../terminal/input-tokens.ts';
import type { DataConnection } from './data-connection.ts';
import type { KeyAction, Scanned } from './key-scanner.ts';
import { SentBytes } from './sent-bytes.ts';
import { typedBytesIn, withoutFirstKey } from './typed-keys.ts';
import type { AttachContext, Untold } from './types.ts';

/** With so much held while there is no supervisor, no more is read from the terminal. */
const HELD_MAX_BYTES = 1024 * 1024;

export interface InputHandlers {
  /** One of our keys; what followed it is left in the terminal, for the next listener. */
  onAction(action: KeyAction): void;
  /** `now` in ms since the epoch. */
  onSent(now: number): void;
  /** It goes nowhere, as there is no supervisor, and nothing is held. */
  onDropped(): void;
}

/** Of what was sent to supervisors that have died. */
export interface Missing {
  /** Perhaps the program has got them, perhaps not. */
  readonly doubtful: Uint8Array;
  /** So many never arrived, and are not there any more to be sent again. */
  readonly lostBytes: number;
}

export const NOTHING_MISSING: Missing = { doubtful: new Uint8Array(0), lostBytes: 0 };

export class KeyInput {
  /** To be told to the user, who then knows. */
  missing = NOTHING_MISSING;
  readonly #context: AttachContext;
  readonly #handlers: InputHandlers;
  #sent: SentBytes | undefined;
  /** Of what was sent before this, {@link missing} has had all there is to tell. */
  #settled = 0;
  /** Of what was sent by then, the supervisor has since said something. */
  #heard = 0;
  /** Where what the dead supervisor may not have taken begins. */
  #unsure = 0;
  #data: DataConnection | undefined;
  /** In order, before everything that is typed from now on. */
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

  /** Starts to take what is typed. `counts`: it is typed into the program, so nothing may be lost. */
  begin(counts: boolean): void {
    if (counts) this.#sent = new SentBytes();
    this.#context.terminal.onInput = (bytes) => this.#onInput(bytes);
  }

  /** From now on it goes there, first what is held. */
  connect(data: DataConnection): void {
    this.#data = data;
    this.flush();
    this.#context.terminal.listen();
  }

  /** From now on it is held. */
  disconnect(): void {
    this.#data = undefined;
    if (this.#sent) {
      const first = Math.min(this.#heard, this.#sent.lately(Date.now()));
      this.#unsure = Math.max(first, this.#settled);
      return;
    }
    this.#held = [];
    this.#heldBytes = 0;
  }

  /** Sends what is held, as far as the connection takes it. */
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

  /** While there is no supervisor: what is held, and what the dead one may not have taken. */
  get untold(): Untold {
    const sent = this.#sent;
    const unsure = sent?.slice(this.#unsure, sent.total) ?? new Uint8Array(0);
    const unsentBytes = typedBytesIn(Buffer.concat(this.#held));
    return { unsentBytes, doubtfulBytes: typedBytesIn(unsure) };
  }

  /**
   * To be called between the supervisors. `typed`: what the successor knows of what was sent to the dead
   * one; undefined: nothing, then nothing is sent again.
   */
  reconcile(typed: TypedBytes | undefined): void {
    const sent = this.#sent;
    if (!sent) return;
    const { total } = sent;
    const taken = Math.min(typed?.taken ?? total, total);
    const known = Math.max(typed?.given ?? sent.lately(Date.now()), this.#settled);
    const given = Math.min(known, taken);
    const doubtful = sent.slice(given, taken) ?? Buffer.alloc(taken - given, ' ');
    const again = sent.slice(taken, total);
    // What the successor does not know it counts from the beginning, too.
    this.#settled = typed ? taken : 0;
    if (typed) sent.rewind(taken);
    else this.#sent = new SentBytes();
    this.#heard = typed ? sent.total : 0;
    if (again && again.length > 0) this.#hold(again, true);
    this.missing = {
      doubtful: Buffer.concat([this.missing.doubtful, doubtful]),
      lostBytes: this.missing.lostBytes + (again ? 0 : total - taken),
    };
  }

  /** The next key goes no further, and `onKey` is called. */
  awaitKey(onKey: () => void): void {
    this.#onKey = onKey;
    this.#tokenizer = new InputTokenizer(this.#context.keys.inPaste ? Date.now() : undefined);
  }

  awaitNoKey(): void {
    this.#onKey = undefined;
  }

  /** What is typed from now on is dropped, unless somebody else listens to the terminal. */
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
    // One write for each read: a program may expect a sequence in one piece.
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
    // Somebody who only looks on types nothing that would have to arrive.
    else if (this.#data || this.#sent) this.#hold(bytes);
    else this.#handlers.onDropped();
  }

  #withoutAwaited(typed: Uint8Array, now: number): Uint8Array {
    // The scanner passes only whole sequences on.
    const tokens = [...this.#tokenizer.push(typed, now), ...this.#tokenizer.flush()];
    const rest = withoutFirstKey(tokens);
    if (!rest) return Buffer.concat(tokens.map(({ bytes }) => bytes));
    const onKey = this.#onKey;
    this.#onKey = undefined;
    onKey?.();
    return rest;
  }

  #send(data: DataConnection, bytes: Uint8Array, now: number): void {
    // Before it is written: the supervisor may die at any moment.
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
