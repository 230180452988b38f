/**
 * Which client leads: its size is the session's, and its terminal answers the program. That is the
 * one that attached or typed last, unless it is read-only; when it leaves, the one before it.
 */
import type { Size } from '../program/program-terminal.ts';
import type { Client } from './client.ts';

export class Leadership {
  readonly #clients: ReadonlySet<Client>;
  readonly #setSize: (size: Size) => void;
  #leader: Client | undefined;

  constructor(clients: ReadonlySet<Client>, setSize: (size: Size) => void) {
    this.#clients = clients;
    this.#setSize = setSize;
  }

  isLeader(client: Client): boolean {
    return this.#leader === client;
  }

  /** The leader's terminal can answer what the program asks. */
  get canAnswer(): boolean {
    return this.#leader !== undefined && !this.#leader.isSkipping;
  }

  /** Size and answers follow this client from now on. */
  take(client: Client): void {
    this.#leader = client;
    this.#setSize(client);
  }

  /** It led under our predecessor: the size is its own already. */
  adopt(client: Client): void {
    this.#leader = client;
  }

  /** A client is gone, and no longer among the others. */
  removed(client: Client): void {
    if (this.#leader !== client) return;
    this.#leader = undefined;
    const [next] = [...this.#clients]
      .filter((other) => !other.readOnly)
      .sort((a, b) => b.typedAt - a.typedAt);
    if (next) this.take(next);
  }
}
