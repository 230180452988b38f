/**
 * The one control connection that a command has to the supervisor: made when it is first needed, and
 * used for everything from there on, from the list of what is live to the start or the attach.
 */
import type { SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { connect, connectOrLaunch, launchAndConnect } from './connect.ts';
import type { Connection } from './connection.ts';
import { isLeaving } from './errors.ts';

/** Meeting a supervisor just as it leaves is rare; more often in a row is no coincidence. */
const LEAVING_MAX = 5;

export class SupervisorLink {
  readonly paths: StatePaths;
  #connection: Connection | undefined;
  /** None ran when we looked: one is launched without a second look. */
  #absent = false;

  /** `connection`: one that there is already. */
  constructor(paths: StatePaths, connection?: Connection) {
    this.paths = paths;
    this.#connection = connection;
  }

  /**
   * The supervisor that runs; undefined where none does, which is looked for once.
   * @throws UserError as {@link connect}
   */
  async find(): Promise<Connection | undefined> {
    if (this.#connection && !this.#connection.closed) return this.#connection;
    if (this.#absent) return undefined;
    this.#connection = await connect(this.paths);
    this.#absent = this.#connection === undefined;
    return this.#connection;
  }

  /**
   * The supervisor that runs, or one that is launched.
   * @throws UserError when it cannot be launched or reached
   */
  async open(): Promise<Connection> {
    const current = this.#connection;
    if (current && !current.closed) return current;
    const made = await (this.#absent ? launchAndConnect : connectOrLaunch)(this.paths);
    this.#absent = false;
    this.#connection = made;
    return made;
  }

  /**
   * Does what begins something new. A supervisor that leaves while it is asked may have handed its
   * sessions over, so its successor is asked then.
   * @throws what `attempt` throws, other than that the supervisor leaves
   */
  async run<T>(attempt: (connection: Connection) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      const connection = await this.open();
      try {
        return await attempt(connection);
      } catch (error) {
        if (!isLeaving(error) || tries === LEAVING_MAX) throw error;
        connection.close();
      }
    }
  }

  /**
   * What is live, as a supervisor says that stays; one is launched where none runs. Only its word
   * allows anything to be ended that is not in the list.
   */
  async liveSessions(): Promise<readonly SessionInfo[]> {
    return this.run(
      async (connection) => (await connection.request({ type: 'list' }, 'sessions')).sessions,
    );
  }

  close(): void {
    this.#connection?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
