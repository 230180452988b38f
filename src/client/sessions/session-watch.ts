/**
 * Follows sessions by the events of a subscription. Waits see every event rather than the current
 * state, so they do not miss a state that lasts only a moment. When the supervisor dies, the
 * sessions are followed at its successor; what has changed in the meantime is derived from their
 * present state.
 */
import { UserError } from '../../platform/errors.ts';
import type { SessionEvent, SessionInfo } from '../../protocol/messages.ts';
import type { Connection } from '../connection/connection.ts';
import { GoneError, LeftBehindError } from '../connection/errors.ts';
import type { SupervisorLink } from '../connection/supervisor-link.ts';
import { changesSince, type Gap, type WatchEvent } from './gap.ts';

/** A successor serves 300 sessions within 1.5 s, later on a loaded machine. */
const RENEWAL_LIMIT_MS = 10_000;

/** The live sessions of a successor. */
interface Present {
  readonly event: 'present';
  readonly at: string;
  readonly sessions: readonly SessionInfo[];
}

interface Wait {
  /** Returns true when the wait is over. */
  look(event: WatchEvent): boolean;
  fail(error: Error): void;
}

export class SessionWatch {
  /** Called before the events that report the present state. */
  onGap: ((gap: Gap) => void) | undefined;
  readonly #link: SupervisorLink;
  readonly #sessions = new Map<string, SessionInfo>();
  /** Current full names of renamed sessions, to the names under which they are followed. */
  readonly #followedAs = new Map<string, string>();
  /** All sessions are followed, each under its current name. */
  readonly #all: boolean;
  readonly #waits = new Set<Wait>();
  readonly #listeners = new Set<(event: WatchEvent | undefined) => void>();
  /** Events from before the first listener or wait, which then gets them. */
  #early: (SessionEvent | Present)[] | undefined = [];
  /** The supervisor that has the subscription. */
  #pid: number | undefined;
  #lastSeq: number | undefined;
  #gone: Error | undefined;

  private constructor(link: SupervisorLink, all: boolean) {
    this.#link = link;
    this.#all = all;
  }

  /**
   * Subscribes to these sessions, or to all; the caller closes the link.
   * @returns undefined if no supervisor is running
   * @throws UserError when it refuses
   */
  static async open(
    link: SupervisorLink,
    fullNames?: readonly string[],
  ): Promise<SessionWatch | undefined> {
    const watch = new SessionWatch(link, fullNames === undefined);
    return await link.runIfThere(async (connection) => {
      await watch.#subscribe(connection, fullNames, (sessions) => {
        for (const session of sessions) watch.#sessions.set(session.fullName, session);
      });
      return watch;
    });
  }

  /** `begin` gets the sessions as they are before the first event. */
  async #subscribe(
    connection: Connection,
    fullNames: readonly string[] | undefined,
    begin: (sessions: readonly SessionInfo[]) => void,
  ): Promise<void> {
    // They may come in one piece with the reply.
    const first: SessionEvent[] = [];
    connection.onEvent = (event) => first.push(event);
    const { sessions } = await connection.request(
      { type: 'subscribe', ...(fullNames && { fullNames: [...fullNames] }) },
      'subscribed',
    );
    if (this.#gone) return;
    this.#pid = connection.welcome?.pid;
    connection.onClosed = () => void this.#renew();
    begin(sessions);
    for (const event of first) this.#take(event);
    connection.onEvent = (event) => this.#take(event);
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
   * Calls `listener` for each event, after {@link sessions} is updated; with undefined when the sessions
   * cannot be followed any more. The returned function removes it.
   */
  listen(listener: (event: WatchEvent | undefined) => void): () => void {
    this.#listeners.add(listener);
    this.#tellEarly();
    return () => this.#listeners.delete(listener);
  }

  /** @throws the error of {@link next} once the sessions cannot be followed any more */
  check(): void {
    if (this.#gone) throw this.#gone;
  }

  /**
   * The first result other than undefined of `test` for an event from now on; undefined after `limitMs`.
   * @throws GoneError when the supervisor goes away without a successor; LeftBehindError when events were
   * read too slowly; the signal's reason when it is aborted; what `test` throws
   */
  next<T>(
    test: (event: WatchEvent) => T | undefined,
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
          try {
            const result = test(event);
            if (result === undefined) return false;
            resolve(result);
          } catch (error) {
            reject(error);
          }
          settled();
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

  #take(told: SessionEvent | Present): void {
    if (this.#early) this.#early.push(told);
    else if (told.event === 'present') this.#resume(told);
    else this.#tell(told);
  }

  #tell(event: WatchEvent): void {
    if (event.previous !== undefined) this.#renamed(event.previous, event.session.fullName);
    if (event.seq !== null) this.#lastSeq = event.seq;
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

  #running(): SessionInfo[] {
    return [...this.#sessions.values()].filter(({ state }) => state === 'running');
  }

  /**
   * The connection was closed: by a supervisor that has died, has left, or has closed it because it
   * was read too slowly.
   */
  async #renew(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(noAnswer()), RENEWAL_LIMIT_MS);
    });
    try {
      // If nothing is running any more, there is nothing to go on with.
      const renewed = this.#running().length > 0 && (await Promise.race([this.#again(), late]));
      if (!renewed) this.#fail(gone());
    } catch (error) {
      this.#fail(error instanceof Error ? error : gone());
    } finally {
      clearTimeout(timer);
    }
  }

  /** False if there is no successor. @throws LeftBehindError if it is the same supervisor */
  async #again(): Promise<boolean> {
    const outcome = await this.#link.runIfThere(async (connection) => {
      const { sessions: live } = await connection.request({ type: 'list' }, 'sessions');
      if (connection.welcome?.pid === this.#pid) return 'same';
      // They may have been renamed in the meantime.
      const pids = new Set(this.#running().map(({ pid }) => pid));
      const names = live.filter(({ pid }) => pids.has(pid)).map(({ fullName }) => fullName);
      await this.#subscribe(connection, this.#all ? undefined : names, (sessions) =>
        this.#take({ event: 'present', at: new Date().toISOString(), sessions }),
      );
      return 'successor';
    });
    if (outcome === 'same') throw leftBehind();
    return outcome !== undefined;
  }

  #resume({ at, sessions }: Present): void {
    const changes = changesSince(this.#running(), sessions, at, this.#link.paths);
    const seq = this.#lastSeq === undefined ? null : this.#lastSeq + 1;
    this.onGap?.({ at, seq, sessions: changes.length });
    for (const change of changes) this.#tell(change);
  }

  #fail(error: Error): void {
    this.#gone = error;
    const waits = [...this.#waits];
    this.#waits.clear();
    for (const wait of waits) wait.fail(error);
    for (const listener of this.#listeners) listener(undefined);
  }
}

function gone(): GoneError {
  return new GoneError(
    'the supervisor has gone away',
    'See what ended it in supervisor.log in the state directory; "codex-sessions ls" shows what is left.',
  );
}

/** Not a {@link GoneError}: the sessions may still be running. */
function noAnswer(): UserError {
  return new UserError(
    `the supervisor has died, and none has answered for ${RENEWAL_LIMIT_MS / 1_000} s since`,
    'Its sessions may run on: see with "codex-sessions ls".',
  );
}

function leftBehind(): LeftBehindError {
  return new LeftBehindError(
    'this command read too slowly and was left behind: changes are missing',
    'Start it again, and read its output faster.',
  );
}

/** Node fires a timer with a longer delay at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;
