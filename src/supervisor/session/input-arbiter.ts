/**
 * Lets several clients type into one program: no other client's keys are inserted into a paste; a
 * user's typing is told from what terminals send by themselves, so that only typing makes a client the
 * leader; and only one terminal's replies reach the program.
 */
import { InputTokenizer, type Token } from '../../terminal/input-tokens.ts';
import type { Client } from './client.ts';

/** A paste whose end is missing delays other input by this at most. */
const PASTE_HOLD_MS = 2_000;
/** The rest of a sequence arrives within a read or two; a lone `ESC [` is the key Alt+[. */
const REST_OF_SEQUENCE_MS = 50;

export interface ArbiterHandlers {
  /** Writes to the program. */
  write(bytes: Uint8Array): void;
  /** The client's user typed, pasted or clicked. */
  typed(client: Client): void;
  /** @returns whether to pass this reply of the client's terminal on to the program. */
  acceptsReply(client: Client, reply: Uint8Array): boolean;
}

interface Source {
  tokenizer: InputTokenizer;
  /** Runs while the rest of a sequence is missing. */
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
  readonly #sources = new Map<Client, Source>();
  #pasting: Client | undefined;
  #expiry: NodeJS.Timeout | undefined;
  /** Other input that arrived during a client's paste, in order. */
  #waiting: Waiting[] = [];

  constructor(handlers: ArbiterHandlers) {
    this.#handlers = handlers;
  }

  input(client: Client, bytes: Uint8Array): void {
    const source = this.#sourceOf(client);
    if (this.#pasting && this.#pasting !== client) {
      this.#waiting.push({ client, bytes });
      return;
    }
    if (source.tokenizer.isPlain(bytes)) {
      if (client.readOnly) return;
      this.#handlers.typed(client);
      this.#handlers.write(bytes);
      return;
    }
    clearTimeout(source.rest);
    this.#take(client, source.tokenizer.push(bytes, Date.now()));
    if (source.tokenizer.holding)
      source.rest = setTimeout(
        () => this.#take(client, source.tokenizer.flush()),
        REST_OF_SEQUENCE_MS,
      );
  }

  /** No paste is open and no sequence incomplete. */
  get atRest(): boolean {
    const holding = [...this.#sources.values()].some(({ tokenizer }) => tokenizer.holding);
    return !this.#pasting && !holding && this.#waiting.length === 0;
  }

  /**
   * Writes bytes from a script, in one piece, after any open paste. `done` is called with true once
   * they are written, with false if they never will be.
   */
  insert(bytes: Uint8Array, done: (written: boolean) => void): void {
    if (this.#pasting) {
      this.#waiting.push({ client: undefined, bytes, done });
      return;
    }
    this.#handlers.write(bytes);
    done(true);
  }

  /** @returns whether bytes from a script were still waiting; then they are never written. */
  withdraw(bytes: Uint8Array): boolean {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((waiting) => waiting.bytes !== bytes);
    return this.#waiting.length < before;
  }

  /** The client has left, which ends its paste. */
  forget(client: Client): void {
    clearTimeout(this.#sources.get(client)?.rest);
    this.#sources.delete(client);
    this.#waiting = this.#waiting.filter((waiting) => waiting.client !== client);
    if (this.#pasting === client) this.#pasteOver();
  }

  dispose(): void {
    for (const source of this.#sources.values()) clearTimeout(source.rest);
    clearTimeout(this.#expiry);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const input of waiting) if (!input.client) input.done(false);
  }

  #sourceOf(client: Client): Source {
    let source = this.#sources.get(client);
    if (!source) {
      source = { tokenizer: new InputTokenizer(), rest: undefined };
      this.#sources.set(client, source);
    }
    return source;
  }

  /** Writes all accepted tokens at once. */
  #take(client: Client, tokens: readonly Token[]): void {
    let typed = false;
    const accepted: Uint8Array[] = [];
    for (const { kind, bytes } of tokens) {
      if (kind === 'reply' && !this.#handlers.acceptsReply(client, bytes)) continue;
      if (kind === 'text' || kind === 'key' || kind === 'click' || kind === 'paste') typed = true;
      accepted.push(bytes);
    }
    // Of what it sends, only the replies to our own queries are used.
    if (client.readOnly) return;
    if (typed) this.#handlers.typed(client);
    const [only] = accepted;
    if (only) this.#handlers.write(accepted.length === 1 ? only : Buffer.concat(accepted));
    this.#followPaste(client, tokens.at(-1));
  }

  #followPaste(client: Client, last: Token | undefined): void {
    const source = this.#sources.get(client);
    if (last?.kind === 'paste' && source?.tokenizer.inPaste) {
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
