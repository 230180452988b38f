/**
 * Lets several clients type into one program: a paste goes in whole, without another's keys inside;
 * what a user types is told from what a terminal sends by itself, so that only typing makes a client
 * the leader; and only one terminal's replies reach the program.
 */
import { InputTokenizer, type Token } from '../../terminal/input-tokens.ts';
import type { Client } from './client.ts';

/** A paste whose end does not come holds up other input for no longer than this. */
const PASTE_HOLD_MS = 2_000;
/** The rest of a sequence follows within a read or two; a lone `ESC [` is the key Alt+[. */
const REST_OF_SEQUENCE_MS = 50;

export interface ArbiterHandlers {
  /** To the program. */
  write(bytes: Uint8Array): void;
  /** The user typed, pasted or clicked there. */
  typed(client: Client): void;
  /** @returns whether this reply of the client's terminal is to reach the program. */
  acceptsReply(client: Client, reply: Uint8Array): boolean;
}

interface Source {
  tokenizer: InputTokenizer;
  /** For a sequence whose rest does not come. */
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
  /** Input that came during a client's paste, in order. */
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

  /** Nothing is half typed: no paste is open, no sequence is incomplete. */
  get atRest(): boolean {
    const holding = [...this.#sources.values()].some(({ tokenizer }) => tokenizer.holding);
    return !this.#pasting && !holding && this.#waiting.length === 0;
  }

  /**
   * Writes bytes of a script, in one piece and after any paste. `done` is called once they are
   * written, or, with false, when they never will be.
   */
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

  /** Adjacent tokens go to the program in one write, as they came. */
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
