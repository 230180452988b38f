/**
 * Follows sessions by the events of a subscription. Waits see every event rather than the current
 * state, so they do not miss a state that lasts only a moment.
 */
import type { SessionEvent, SessionInfo } from '../../protocol/messages.ts';
import type { Connection } from '../connection/connection.ts';
import { GoneError } from '../connection/errors.ts';

interface Wait {
  /** Returns true when the wait is over. */
  look(event: SessionEvent): boolean;
  fail(error: Error): void;
}

export class SessionWatch {
  readonly #sessions = new Map<string, SessionInfo>();
  /** Current full names of renamed sessions, to the names under which they are followed. */
  readonly #followedAs = new Map<string, string>();
  /** All sessions are followed, each under its current name. */
  #all = false;
  readonly #waits = new Set<Wait>();
  readonly #listeners = new Set<(event: SessionEvent | undefined) => void>();
  /** Events before the first listener or wait, which then gets them. */
  #early: SessionEvent[] | undefined = [];
  #gone: Error | undefined;

  /** The connection of the subscription; the caller closes it. */
  readonly connection: Connection;

  private constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Subscribes to these sessions, or to all. @throws UserError when the supervisor refuses */
  static async open(connection: Connection, fullNames?: readonly string[]): Promise<SessionWatch> {
    const watch = new SessionWatch(connection);
    watch.#all = fullNames === undefined;
    connection.onEvent = (event) => watch.#take(event);
    connection.onClosed = () => watch.#fail();
    const { sessions } = await connection.request(
      { type: 'subscribe', ...(fullNames && { fullNames: [...fullNames] }) },
      'subscribed',
    );
    for (const session of sessions) watch.#sessions.set(session.fullName, session);
    return watch;
  }

  /** The followed sessions as they are now, including those that have ended since. */
  get sessions(): ReadonlyMap<string, SessionInfo> {
    return this.#sessions;
  }

  /** `fullName`: the one under which it is followed. */
  get(fullName: string): SessionInfo | undefined {
    return this.#sessions.get(fullName);
  }

  /** Whether `session` is the one followed as `fullName`, whatever its current name. */
  isOf(session: SessionInfo, fullName: string): boolean {
    return this.followedAs(session) === fullName;
  }

  followedAs({ fullName }: SessionInfo): string {
    return this.#followedAs.get(fullName) ?? fullName;
  }

  /**
   * Calls `listener` for each event, after {@link sessions} is updated; with undefined when the
   * supervisor goes away. The returned function removes it.
   */
  listen(listener: (event: SessionEvent | undefined) => void): () => void {
    this.#listeners.add(listener);
    this.#tellEarly();
    return () => this.#listeners.delete(listener);
  }

  /** @throws GoneError once the supervisor has gone away */
  check(): void {
    if (this.#gone) throw this.#gone;
  }

  /**
   * The first result other than undefined of `test` for an event from now on; undefined after `limitMs`.
   * @throws GoneError when the supervisor goes away; the signal's reason when it is aborted
   */
  next<T>(
    test: (event: SessionEvent) => T | undefined,
    limitMs: number,
    signal?: AbortSignal,
  ): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      const failed = this.#gone ?? (signal?.aborted ? signal.reason : undefined);
      if (failed) {
        reject(failed);
        return;
      }
      const abort = () => {
        this.#waits.delete(wait);
        wait.fail(signal?.reason);
      };
      const settled = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      const wait: Wait = {
        look: (event) => {
          const result = test(event);
          if (result === undefined) return false;
          settled();
          resolve(result);
          return true;
        },
        fail: (error) => {
          settled();
          reject(error);
        },
      };
      const timer = setTimeout(
        () => {
          this.#waits.delete(wait);
          settled();
          resolve(undefined);
        },
        Math.min(limitMs, TIMER_MAX_MS),
      );
      signal?.addEventListener('abort', abort);
      this.#waits.add(wait);
      this.#tellEarly();
    });
  }

  #tellEarly(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const event of early) this.#take(event);
  }

  #take(event: SessionEvent): void {
    if (this.#early) {
      this.#early.push(event);
      return;
    }
    if (event.previous !== undefined) this.#renamed(event.previous, event.session.fullName);
    this.#sessions.set(this.followedAs(event.session), event.session);
    for (const listener of this.#listeners) listener(event);
    for (const wait of this.#waits) if (wait.look(event)) this.#waits.delete(wait);
  }

  #renamed(previous: string, now: string): void {
    if (this.#all) {
      this.#sessions.delete(previous);
      return;
    }
    this.#followedAs.set(now, this.#followedAs.get(previous) ?? previous);
    this.#followedAs.delete(previous);
  }

  #fail(): void {
    this.#gone = new GoneError(
      'the supervisor has gone away, or this command read too slowly and was left behind',
      'See supervisor.log in the state directory.',
    );
    const waits = [...this.#waits];
    this.#waits.clear();
    for (const wait of waits) wait.fail(this.#gone);
    for (const listener of this.#listeners) listener(undefined);
  }
}

/** Node fires a timer with a longer delay at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;
