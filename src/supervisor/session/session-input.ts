/**
 * Input from clients and scripts to the program: clients are not read while too much of it is queued,
 * and scripts learn when theirs has been accepted.
 */
import type { Pty } from '../pty/pty.ts';
import type { Client } from './client.ts';
import { type ArbiterHandlers, InputArbiter } from './input-arbiter.ts';

/** Above this much queued input the clients' connections are not read. */
const INPUT_HIGH_BYTES = 256 * 1024;

export interface InputHandlers extends Pick<ArbiterHandlers, 'typed' | 'acceptsReply'> {
  /** All that the client has typed so far is written to the PTY. */
  given(client: Client): void;
}

export class SessionInput {
  readonly #pty: Pty;
  readonly #clients: ReadonlySet<Client>;
  readonly #arbiter: InputArbiter;
  readonly #given: InputHandlers['given'];
  /** What users and scripts have typed so far, without what terminals send by themselves. */
  readonly #typing = { count: 0, at: Number.NEGATIVE_INFINITY };
  /** Scripts whose input has not been accepted yet. */
  #waiters: ((taken: boolean) => void)[] = [];

  constructor(pty: Pty, clients: ReadonlySet<Client>, handlers: InputHandlers) {
    this.#pty = pty;
    this.#clients = clients;
    this.#given = handlers.given;
    this.#arbiter = new InputArbiter({
      ...handlers,
      typed: (client) => {
        this.#noteTyping();
        handlers.typed(client);
      },
      write: (bytes) => {
        pty.write(bytes);
        this.#noteGiven();
      },
    });
  }

  fromClient(client: Client, bytes: Uint8Array): void {
    this.#arbiter.input(client, bytes);
    this.#noteGiven();
    if (this.#pty.queuedBytes > INPUT_HIGH_BYTES)
      for (const other of this.#clients) other.pauseInput();
  }

  /** @returns true once all of it is accepted; false if the program ended before that. */
  fromScript(bytes: Uint8Array): Promise<boolean> {
    return new Promise((resolve) => {
      this.#arbiter.insert(bytes, (written) => {
        this.#noteTyping();
        if (written && this.#pty.queuedBytes > 0) this.#waiters.push(resolve);
        else resolve(written);
      });
    });
  }

  /** How often a user or script has typed, and when last, in milliseconds since the epoch. */
  get typing(): { readonly count: number; readonly at: number } {
    return this.#typing;
  }

  /**
   * Whether all that was typed is written to the PTY: what comes next is the next that the program
   * reads.
   */
  get isGiven(): boolean {
    return this.atRest && this.#pty.queuedBytes === 0;
  }

  /**
   * Types for a script, at once or not at all.
   * @returns whether it is written to the PTY; false if the program has written something in the
   *   meantime, or does not read
   */
  typeNow(bytes: Uint8Array): boolean {
    if (!this.isGiven || !this.#pty.writeIfSilent(bytes)) return false;
    this.#noteTyping();
    return true;
  }

  /** All queued input has been accepted. */
  onTaken(): void {
    this.#noteGiven();
    for (const client of this.#clients) client.resumeInput();
    this.#answer(true);
  }

  /** Stops reading from the clients, unless one of them is in the middle of a paste or a sequence. */
  pause(): void {
    for (const client of this.#clients)
      if (this.#arbiter.atRest) client.pauseInput();
      else client.resumeInput();
  }

  /** No paste is open, no sequence incomplete, and no script waits. */
  get atRest(): boolean {
    return this.#arbiter.atRest && this.#waiters.length === 0;
  }

  forget(client: Client): void {
    this.#arbiter.forget(client);
  }

  /** The program has ended. */
  dispose(): void {
    this.#arbiter.dispose();
    this.#answer(false);
  }

  #noteTyping(): void {
    this.#typing.count++;
    this.#typing.at = Date.now();
  }

  #noteGiven(): void {
    if (this.#pty.queuedBytes > 0 || !this.#arbiter.atRest) return;
    for (const client of this.#clients) {
      const { typist } = client;
      if (typist.given === typist.taken) continue;
      typist.given = typist.taken;
      this.#given(client);
    }
  }

  #answer(taken: boolean): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve(taken);
  }
}
