/**
 * Direct output: the supervisor writes to the client's terminal itself; keys still go through the
 * client. If it cannot (another user's terminal, another container, an older supervisor), output keeps
 * coming over the data connection. The wire names are `lend`, `borrow`, `lent` and `reclaim`.
 */
import type { Notification } from '../../protocol/messages.ts';
import type { Connection } from '../connection/connection.ts';
import type { UserTerminal } from './user-terminal.ts';

/** A supervisor stops writing within a millisecond, unless it hangs. */
const STOP_LIMIT_MS = 500;

type DirectOutputMessage = Extract<Notification, { type: 'borrow' | 'alternate' | 'returned' }>;

export class DirectOutput {
  readonly #connection: Connection;
  readonly #terminal: UserTerminal;
  /** Bytes of the data connection that were written to the terminal. */
  readonly #shownBytes: () => number;
  /** From the offer until the supervisor has written its last byte. */
  #offered = false;
  /** Stopped: only the client writes to the terminal. */
  #held = false;
  #refused = false;
  #startsAt: number | undefined;
  #whenStopped: (() => void) | undefined;

  /** `may` is false if the supervisor is on another machine, which does not have our device. */
  constructor(
    connection: Connection,
    terminal: UserTerminal,
    shownBytes: () => number,
    may: boolean,
  ) {
    this.#refused = !may;
    this.#connection = connection;
    this.#terminal = terminal;
    this.#shownBytes = shownBytes;
  }

  /** Lets the supervisor write; from now on the client writes nothing of its own to the terminal. */
  offer(): void {
    this.#held = false;
    if (this.#offered || this.#refused) return;
    if (process.env.CODEX_SESSIONS_DIRECT === '0') return;
    if (!this.#connection.welcome?.features.includes('lend')) return;
    const file = this.#terminal.file;
    if (!file) return;
    this.#offered = true;
    this.#connection.tell({ type: 'lend', ...file });
  }

  onNotification(message: DirectOutputMessage): void {
    switch (message.type) {
      case 'borrow':
        this.#startsAt = message.offset;
        this.shown();
        return;
      case 'alternate':
        this.#terminal.onAlternate = message.on;
        return;
      case 'returned':
        this.#offered = false;
        this.#startsAt = undefined;
        this.#refused ||= message.final;
        this.#whenStopped?.();
        // After a hand-over: offer it to the successor.
        if (!this.#held) this.offer();
    }
  }

  /** The supervisor has died: it writes no more. */
  lost(): void {
    this.#offered = false;
    this.#startsAt = undefined;
    this.#whenStopped?.();
  }

  /** Call it when the terminal was written to, or has taken everything. */
  shown(): void {
    if (this.#startsAt === undefined || this.#shownBytes() < this.#startsAt) return;
    if (this.#terminal.queuedBytes > 0) return;
    this.#startsAt = undefined;
    this.#connection.tell({ type: 'lent', alternate: this.#terminal.onAlternate });
  }

  /** Resolves when the supervisor has stopped writing to the terminal, until the next {@link offer}. */
  async stop(): Promise<void> {
    this.#held = true;
    if (!this.#offered || this.#connection.closed) return;
    this.#connection.tell({ type: 'reclaim' });
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, STOP_LIMIT_MS);
      this.#whenStopped = () => {
        clearTimeout(limit);
        resolve();
      };
    });
    this.#whenStopped = undefined;
  }
}
