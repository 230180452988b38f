/**
 * Which client is the leader: its size is the session's, and its terminal answers the program's
 * queries. The leader is the client that attached or typed last and is not read-only; when it leaves,
 * the one before it.
 */
import type { Client } from './client.ts';

export class Leadership {
  readonly #clients: ReadonlySet<Client>;
  readonly #onTaken: (leader: Client) => void;
  #leader: Client | undefined;

  constructor(clients: ReadonlySet<Client>, onTaken: (leader: Client) => void) {
    this.#clients = clients;
    this.#onTaken = onTaken;
  }

  isLeader(client: Client): boolean {
    return this.#leader === client;
  }

  /** Whether there is a leader whose terminal can answer the program's queries. */
  get canAnswer(): boolean {
    return this.#leader !== undefined && !this.#leader.isSkipping;
  }

  take(client: Client): void {
    this.#leader = client;
    this.#onTaken(client);
  }

  /** At a take-over: the predecessor's leader, whose size the session has already. */
  adopt(client: Client): void {
    this.#leader = client;
  }

  /** To be called after a client was removed. */
  removed(client: Client): void {
    if (this.#leader !== client) return;
    this.#leader = undefined;
    this.elect();
  }

  /** If there is no leader, the client that typed last becomes it. */
  elect(): void {
    if (this.#leader) return;
    const [next] = [...this.#clients]
      .filter((other) => !other.readOnly)
      .sort((a, b) => b.typedAt - a.typedAt);
    if (next) this.take(next);
  }
}
