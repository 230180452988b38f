/**
 * What a client's terminal said about its modes (DECRQM) before it showed the session, so that they
 * can be put back when the client leaves. The first replies are to our queries, whoever else asks,
 * and are not passed to the program.
 */
import { isOfUsers, MODES_OF_USERS } from '../../terminal/private-modes.ts';

/** Values in a DECRPM report; 0 means a mode that the terminal does not know. */
const Report = { set: 1, reset: 2, alwaysSet: 3, alwaysReset: 4 } as const;
const DECRPM = /^\x1b\[\?(\d{1,6});(\d)\$y$/;

export class TerminalModes {
  /** Asked and not yet answered. */
  readonly #open = new Set<number>();
  readonly #said: Map<number, number>;

  /** `said`: what a predecessor knew, see {@link dump}. */
  constructor(said: Iterable<readonly [number, number]> = []) {
    this.#said = new Map(said);
  }

  /**
   * The queries, to be sent before anything else. `changed`: modes that the program has set or
   * reset. Some terminals, such as macOS's, print the `p`, so all queries are sent in the same
   * place, which is then erased.
   */
  ask(changed: Iterable<number>): Uint8Array {
    for (const mode of [...MODES_OF_USERS, ...changed]) if (isOfUsers(mode)) this.#open.add(mode);
    const queries = [...this.#open].map((mode) => `\x1b[?${mode}$p\x1b8`);
    return Buffer.from(`\x1b7${queries.join('')}\x1b[K`);
  }

  /** @returns whether this is a reply to one of our queries */
  takes(reply: Uint8Array): boolean {
    const [, mode, value] = DECRPM.exec(latin1(reply)) ?? [];
    if (mode === undefined || !this.#open.delete(Number(mode))) return false;
    this.#said.set(Number(mode), Number(value));
    return true;
  }

  /** See OwnModes. */
  readonly own = (mode: number): boolean | 'fixed' | undefined => {
    switch (this.#said.get(mode)) {
      case Report.set:
        return true;
      case Report.reset:
        return false;
      case Report.alwaysSet:
      case Report.alwaysReset:
        return 'fixed';
      default:
        return undefined;
    }
  };

  /** For a successor. Replies still to come are dropped there, as replies that nobody waits for. */
  dump(): [number, number][] {
    return [...this.#said];
  }
}

function latin1({ buffer, byteOffset, length }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, length).toString('latin1');
}
