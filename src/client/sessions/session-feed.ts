/**
 * All sessions, kept up to date: the live ones from the supervisor's events, the ended ones from their
 * records. Without a supervisor, waits for one.
 */

import type { SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { awaitSupervisor } from '../connection/await-supervisor.ts';
import { connect } from '../connection/connect.ts';
import type { Connection } from '../connection/connection.ts';
import { GoneError, LeftBehindError } from '../connection/errors.ts';
import { SupervisorLink } from '../connection/supervisor-link.ts';
import type { WatchEvent } from './gap.ts';
import { listOnce, listSessions } from './list.ts';
import { SessionWatch } from './session-watch.ts';

export class SessionFeed {
  sessions: readonly SessionInfo[] = [];
  /** Whether we are connected to a supervisor. */
  connected = false;
  onChange: (() => void) | undefined;
  readonly paths: StatePaths;
  #live: ReadonlyMap<string, SessionInfo> = new Map();
  #ended: readonly SessionInfo[] = [];
  /** Number of the last reload, so that the result of an earlier one is dropped. */
  #asked = 0;
  #waitBegun: (() => void) | undefined;

  constructor(paths: StatePaths) {
    this.paths = paths;
  }

  /**
   * Never resolves. `ready` is called once, when the sessions are known.
   * @throws GoneError when the supervisor goes away and sessions are lost with it
   */
  async run(ready: () => void): Promise<never> {
    this.#waitBegun = ready;
    for (;;) {
      const connection = (await connect(this.paths)) ?? (await this.#wait());
      using link = new SupervisorLink(this.paths, connection);
      try {
        await this.#follow(link);
      } catch (error) {
        if (!(error instanceof GoneError || error instanceof LeftBehindError)) throw error;
        await this.#gone();
      }
    }
  }

  /** One that has ended is removed from the list. */
  forget({ fullName }: SessionInfo): void {
    this.#ended = this.#ended.filter((one) => one.fullName !== fullName);
    this.#publish();
  }

  async #wait(): Promise<Connection> {
    await this.#reload();
    this.#begin();
    return awaitSupervisor(this.paths);
  }

  async #follow(link: SupervisorLink): Promise<void> {
    const watch = await SessionWatch.open(link);
    if (!watch) return;
    this.#live = watch.sessions;
    this.connected = true;
    await this.#reload(link);
    this.#begin();
    await watch.next((event) => this.#onEvent(event, link), Number.POSITIVE_INFINITY);
  }

  #onEvent({ event }: WatchEvent, link: SupervisorLink): undefined {
    this.#publish();
    // The record says whether the end is worth showing.
    if (event === 'exited') this.#reload(link).catch(() => {});
  }

  /** No error if nothing was running, or if a successor has taken over. */
  async #gone(): Promise<void> {
    const running = this.sessions.filter(({ state }) => state === 'running').length;
    this.#live = new Map();
    this.connected = false;
    await this.#reload();
    if (running === 0) return;
    const successor = await connect(this.paths);
    successor?.close();
    if (successor) return;
    throw new GoneError(
      `the supervisor has gone away, and ${running === 1 ? 'a session' : `${running} sessions`} with it`,
      '"codex-sessions ls" shows which; start brings each back with its conversation.',
    );
  }

  async #reload(link?: SupervisorLink): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    const all = await (link ? listSessions(link) : listOnce(this.paths));
    if (asked !== this.#asked) return;
    this.#ended = all.filter(({ state }) => state !== 'running');
    this.#publish();
  }

  #publish(): void {
    const live = [...this.#live.values()].filter(({ state }) => state === 'running');
    const names = new Set(live.map(({ fullName }) => fullName));
    this.sessions = [...live, ...this.#ended.filter(({ fullName }) => !names.has(fullName))];
    this.onChange?.();
  }

  #begin(): void {
    this.#waitBegun?.();
    this.#waitBegun = undefined;
  }
}
