/**
 * A command's one control connection to the supervisor: opened when it is first needed, then used for
 * everything, from the list of live sessions to the start or the attach. If it closes, the next use opens
 * it again: a supervisor that dies may have a successor, which has its sessions.
 */
import type { Reply, SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { connect, connectOrLaunch, launchAndConnect } from './connect.ts';
import type { Connection, ReplyTo, RequestBody } from './connection.ts';
import { isLeaving } from './errors.ts';

/**
 * Finding a supervisor at the moment when it leaves or dies is rare; several in a row are no
 * coincidence.
 */
const LEAVING_MAX = 5;

export class SupervisorLink {
  readonly paths: StatePaths;
  #connection: Connection | undefined;
  /** None was running when we looked: {@link open} launches one without looking again. */
  #absent = false;
  /** A connection that is being opened, shared by everything that asks for one meanwhile. */
  #finding: Promise<Connection | undefined> | undefined;
  #opening: Promise<Connection> | undefined;
  #closed = false;

  /** `connection`: an open one to use. */
  constructor(paths: StatePaths, connection?: Connection) {
    this.paths = paths;
    this.#connection = connection;
  }

  /**
   * The running supervisor; undefined if there is none, which is remembered.
   * @throws UserError as {@link connect}
   */
  async find(): Promise<Connection | undefined> {
    if (this.#connection && !this.#connection.closed) return this.#connection;
    if (this.#absent || this.#closed) return undefined;
    this.#finding ??= this.#find().finally(() => {
      this.#finding = undefined;
    });
    return this.#finding;
  }

  async #find(): Promise<Connection | undefined> {
    const found = await connect(this.paths);
    if (this.#closed) {
      found?.close();
      return undefined;
    }
    this.#absent = found === undefined;
    this.#connection = found;
    return found;
  }

  /**
   * The running supervisor, or a newly launched one.
   * @throws UserError when it cannot be launched or reached
   */
  async open(): Promise<Connection> {
    const current = this.#connection;
    if (current && !current.closed) return current;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(): Promise<Connection> {
    const there = await this.#finding;
    if (there && !there.closed) return there;
    const made = await (this.#absent ? launchAndConnect : connectOrLaunch)(this.paths);
    this.#absent = false;
    this.#connection = made;
    return made;
  }

  /**
   * Runs `attempt` with the running supervisor. If that leaves or dies in the meantime, `attempt`
   * is repeated with its successor, so it must be safe to repeat.
   * @returns undefined if none is running, or none any more
   * @throws what `attempt` throws; that the supervisor leaves, only after {@link LEAVING_MAX} tries
   */
  runIfThere<T>(attempt: (connection: Connection) => Promise<T>): Promise<T | undefined> {
    return this.#repeat(() => this.find(), attempt);
  }

  /** One request, as {@link runIfThere}; `limitMs` as for {@link Connection.request}. */
  ask<T extends Reply['type']>(
    request: RequestBody,
    expect: T,
    limitMs?: number,
  ): Promise<ReplyTo<T> | undefined> {
    return this.runIfThere((connection) => connection.request(request, expect, limitMs));
  }

  /** As {@link runIfThere}, but launches a supervisor if none is running. */
  async run<T>(attempt: (connection: Connection) => Promise<T>): Promise<T> {
    // There always is one.
    return (await this.#repeat(() => this.open(), attempt)) as T;
  }

  async #repeat<T>(
    connect: () => Promise<Connection | undefined>,
    attempt: (connection: Connection) => Promise<T>,
  ): Promise<T | undefined> {
    for (let tries = 1; ; tries++) {
      const connection = await connect();
      if (!connection) return undefined;
      try {
        return await attempt(connection);
      } catch (error) {
        if (!isLeaving(error) || tries === LEAVING_MAX) throw error;
        connection.close();
      }
    }
  }

  /**
   * The live sessions according to a supervisor that stays; one is launched if none is running. Only
   * then is it safe to end a leftover process of a session that is not listed.
   */
  async liveSessions(): Promise<readonly SessionInfo[]> {
    return this.run(
      async (connection) => (await connection.request({ type: 'list' }, 'sessions')).sessions,
    );
  }

  close(): void {
    this.#closed = true;
    this.#connection?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
