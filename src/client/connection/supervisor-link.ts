/**
 * A command's one control connection to the supervisor: opened when it is first needed, then used for
 * everything, from the list of live sessions to the start or the attach.
 */
import type { SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { connect, connectOrLaunch, launchAndConnect } from './connect.ts';
import type { Connection } from './connection.ts';
import { isLeaving } from './errors.ts';

/** To find a supervisor just as it leaves is rare; several in a row are no coincidence. */
const LEAVING_MAX = 5;

export class SupervisorLink {
  readonly paths: StatePaths;
  #connection: Connection | undefined;
  /** None was running when we looked: {@link open} launches one without looking again. */
  #absent = false;

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
    if (this.#absent) return undefined;
    this.#connection = await connect(this.paths);
    this.#absent = this.#connection === undefined;
    return this.#connection;
  }

  /**
   * The running supervisor, or a newly launched one.
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
   * Runs `attempt`, which needs a supervisor, launching one if none is running. If the supervisor leaves
   * meanwhile, it may have handed its sessions over, so `attempt` is repeated with its successor.
   * @throws what `attempt` throws; that the supervisor leaves only after {@link LEAVING_MAX} tries
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
   * The live sessions according to a supervisor that stays; one is launched if none is running. Only
   * then is it safe to end a leftover process of a session that is not listed.
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
