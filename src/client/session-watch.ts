/**
 * Follows sessions as the supervisor tells of them. Every wait looks at each event in turn, and not
 * at what is true by the time it comes to look: an edge that was there is seen.
 */
import type { SessionEvent, SessionInfo } from '../protocol/messages.ts';
import type { Connection } from './connection.ts';
import { GoneError } from './connection.ts';

interface Wait {
  /** True: this wait is over. */
  look(event: SessionEvent): boolean;
  fail(error: Error): void;
}

export class SessionWatch {
  /** Called for each event, after the state below has it. */
  onEvent: ((event: SessionEvent) => void) | undefined;
  readonly #sessions = new Map<string, SessionInfo>();
  readonly #waits = new Set<Wait>();
  /** What came before the picture that it changes was looked at. */
  #early: SessionEvent[] | undefined = [];
  #gone: Error | undefined;

  private constructor() {}

  /** Subscribes to these sessions, or to all. The connection stays the caller's. */
  static async open(connection: Connection, fullNames?: readonly string[]): Promise<SessionWatch> {
    const watch = new SessionWatch();
    connection.onEvent = (event) => watch.#take(event);
    connection.onClosed = () => watch.#fail();
    const { sessions } = await connection.request(
      { type: 'subscribe', ...(fullNames && { fullNames: [...fullNames] }) },
      'subscribed',
    );
    for (const session of sessions) watch.#sessions.set(session.fullName, session);
    const early = watch.#early ?? [];
    watch.#early = undefined;
    for (const event of early) watch.#take(event);
    return watch;
  }

  /** The sessions that are followed, as they are now; one that has ended stays with its end. */
  get sessions(): ReadonlyMap<string, SessionInfo> {
    return this.#sessions;
  }

  get(fullName: string): SessionInfo | undefined {
    return this.#sessions.get(fullName);
  }

  /**
   * The first result that `test` has for an event from now on; undefined once `limitMs` is over.
   * @throws GoneError when the supervisor goes away.
   */
  next<T>(test: (event: SessionEvent) => T | undefined, limitMs: number): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      if (this.#gone) {
        reject(this.#gone);
        return;
      }
      const wait: Wait = {
        look: (event) => {
          const result = test(event);
          if (result === undefined) return false;
          clearTimeout(timer);
          resolve(result);
          return true;
        },
        fail: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(
        () => {
          this.#waits.delete(wait);
          resolve(undefined);
        },
        Math.min(limitMs, TIMER_MAX_MS),
      );
      this.#waits.add(wait);
    });
  }

  #take(event: SessionEvent): void {
    if (this.#early) {
      this.#early.push(event);
      return;
    }
    this.#sessions.set(event.session.fullName, event.session);
    this.onEvent?.(event);
    for (const wait of this.#waits) if (wait.look(event)) this.#waits.delete(wait);
  }

  #fail(): void {
    this.#gone = new GoneError(
      'the supervisor has gone away, or this command read too slowly and was left behind',
      'See supervisor.log in the state directory.',
    );
    const waits = [...this.#waits];
    this.#waits.clear();
    for (const wait of waits) wait.fail(this.#gone);
  }
}

/** A longer timer would go off at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;
