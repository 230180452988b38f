/**
 * The client lends its terminal to the supervisor, which then writes to it without a detour through
 * us; keys still come through here. Where that cannot be (another user's terminal, another
 * container, an older supervisor) nothing is lent, and output goes on coming over the data connection.
 */
import type { Notification } from '../../protocol/messages.ts';
import type { Connection } from '../connection/connection.ts';
import type { UserTerminal } from './user-terminal.ts';

/** A supervisor gives back within a millisecond; a stopped one does not. */
const RECLAIM_LIMIT_MS = 500;

type About = Extract<Notification, { type: 'borrow' | 'alternate' | 'returned' }>;

export class DirectOutput {
  readonly #connection: Connection;
  readonly #terminal: UserTerminal;
  /** Bytes of the data connection that were given to the terminal. */
  readonly #shownBytes: () => number;
  /** Offered, lent or on its way back. */
  #away = false;
  /** For as long as somebody here wants to write to the terminal. */
  #held = false;
  #refused = false;
  #borrowAt: number | undefined;
  #whenBack: (() => void) | undefined;

  constructor(connection: Connection, terminal: UserTerminal, shownBytes: () => number) {
    this.#connection = connection;
    this.#terminal = terminal;
    this.#shownBytes = shownBytes;
  }

  /** From now on nobody here writes to the terminal but what comes over the data connection. */
  offer(): void {
    this.#held = false;
    if (this.#away || this.#refused) return;
    if (process.env.CODEX_SESSIONS_DIRECT === '0') return;
    if (!this.#connection.welcome?.features.includes('lend')) return;
    const file = this.#terminal.file;
    if (!file) return;
    this.#away = true;
    this.#connection.tell({ type: 'lend', ...file });
  }

  onNotification(notice: About): void {
    switch (notice.type) {
      case 'borrow':
        this.#borrowAt = notice.offset;
        this.shown();
        return;
      case 'alternate':
        this.#terminal.onAlternate = notice.on;
        return;
      case 'returned':
        this.#away = false;
        this.#borrowAt = undefined;
        this.#refused ||= notice.final;
        this.#whenBack?.();
        // Such as by a supervisor that has gone: its successor can have it.
        if (!this.#held) this.offer();
    }
  }

  /** To be called when the terminal has been given, or has taken, something. */
  shown(): void {
    if (this.#borrowAt === undefined || this.#shownBytes() < this.#borrowAt) return;
    if (this.#terminal.queuedBytes > 0) return;
    this.#borrowAt = undefined;
    this.#connection.tell({ type: 'lent', alternate: this.#terminal.onAlternate });
  }

  /** Resolves when the terminal is ours to write to, until the next {@link offer}. */
  async reclaim(): Promise<void> {
    this.#held = true;
    if (!this.#away) return;
    this.#connection.tell({ type: 'reclaim' });
    await new Promise<void>((resolve) => {
      const limit = setTimeout(resolve, RECLAIM_LIMIT_MS);
      this.#whenBack = () => {
        clearTimeout(limit);
        resolve();
      };
    });
    this.#whenBack = undefined;
  }
}
