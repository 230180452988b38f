/**
 * Lets several people type into one program: a paste goes in whole, never cut by another's keys;
 * typing is told from what a terminal says by itself, so that size and answers follow a person;
 * and only one terminal's answers reach the program.
 */
import { InputTokenizer, type Token } from '../../terminal/input-tokens.ts';
import type { Client } from './client.ts';

/** A paste whose end does not come keeps others out for no longer than this. */
const PASTE_HOLD_MS = 2_000;
/** The rest of a sequence follows within a read or two; a lone `ESC [` is somebody's Alt+[. */
const REST_OF_SEQUENCE_MS = 50;

export interface ArbiterHandlers {
  /** To the program. */
  write(bytes: Uint8Array): void;
  /** A person typed, pasted or clicked here. */
  typed(client: Client): void;
  /** An answer came from this client: is it to go on? */
  acceptsReply(client: Client, reply: Uint8Array): boolean;
}

interface Writer {
  tokenizer: InputTokenizer;
  rest: NodeJS.Timeout | undefined;
}

type Waiting =
  | { readonly client: Client; readonly bytes: Uint8Array }
  | {
      readonly client: undefined;
      readonly bytes: Uint8Array;
      readonly done: (written: boolean) => void;
    };

export class InputArbiter {
  readonly #handlers: ArbiterHandlers;
  readonly #writers = new Map<Client, Writer>();
  #pasting: Client | undefined;
  #expiry: NodeJS.Timeout | undefined;
  /** Input that came during somebody's paste, in order. */
  #waiting: Waiting[] = [];

  constructor(handlers: ArbiterHandlers) {
    this.#handlers = handlers;
  }

  input(client: Client, bytes: Uint8Array): void {
    const writer = this.#writerOf(client);
    if (this.#pasting && this.#pasting !== client) {
      this.#waiting.push({ client, bytes });
      return;
    }
    if (writer.tokenizer.isPlain(bytes)) {
      this.#handlers.typed(client);
      this.#handlers.write(bytes);
      return;
    }
    clearTimeout(writer.rest);
    this.#take(client, writer.tokenizer.push(bytes, Date.now()));
    if (writer.tokenizer.holding)
      writer.rest = setTimeout(
        () => this.#take(client, writer.tokenizer.flush()),
        REST_OF_SEQUENCE_MS,
      );
  }

  /** Nothing is half typed: no paste is open, no sequence is incomplete. */
  get atRest(): boolean {
    const holding = [...this.#writers.values()].some(({ tokenizer }) => tokenizer.holding);
    return !this.#pasting && !holding && this.#waiting.length === 0;
  }

  /** Bytes from no terminal, in one piece and after any paste; `done` tells when they are written. */
  insert(bytes: Uint8Array, done: (written: boolean) => void): void {
    if (this.#pasting) {
      this.#waiting.push({ client: undefined, bytes, done });
      return;
    }
    this.#handlers.write(bytes);
    done(true);
  }

  /** The client is gone: a paste of its own is over. */
  forget(client: Client): void {
    clearTimeout(this.#writers.get(client)?.rest);
    this.#writers.delete(client);
    this.#waiting = this.#waiting.filter((waiting) => waiting.client !== client);
    if (this.#pasting === client) this.#pasteOver();
  }

  dispose(): void {
    for (const writer of this.#writers.values()) clearTimeout(writer.rest);
    clearTimeout(this.#expiry);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const input of waiting) if (!input.client) input.done(false);
  }

  #writerOf(client: Client): Writer {
    let writer = this.#writers.get(client);
    if (!writer) {
      writer = { tokenizer: new InputTokenizer(), rest: undefined };
      this.#writers.set(client, writer);
    }
    return writer;
  }

  /** Neighbouring tokens go to the program in one write, as they came. */
  #take(client: Client, tokens: readonly Token[]): void {
    let typed = false;
    const accepted: Uint8Array[] = [];
    for (const { kind, bytes } of tokens) {
      if (kind === 'reply' && !this.#handlers.acceptsReply(client, bytes)) continue;
      if (kind === 'text' || kind === 'key' || kind === 'click' || kind === 'paste') typed = true;
      accepted.push(bytes);
    }
    if (typed) this.#handlers.typed(client);
    const [only] = accepted;
    if (only) this.#handlers.write(accepted.length === 1 ? only : Buffer.concat(accepted));
    this.#followPaste(client, tokens.at(-1));
  }

  #followPaste(client: Client, last: Token | undefined): void {
    const writer = this.#writers.get(client);
    if (last?.kind === 'paste' && writer?.tokenizer.inPaste) {
      this.#pasting = client;
      clearTimeout(this.#expiry);
      this.#expiry = setTimeout(() => this.#pasteOver(), PASTE_HOLD_MS);
    } else if (this.#pasting === client) this.#pasteOver();
  }

  #pasteOver(): void {
    clearTimeout(this.#expiry);
    this.#pasting = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const input of waiting)
      if (input.client) this.input(input.client, input.bytes);
      else this.insert(input.bytes, input.done);
  }
}
