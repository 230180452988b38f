/** Composes a supervisor of its parts, and decides when it exits. */
import { messageOf } from '../platform/errors.ts';
import { clearIdleTimeout } from '../platform/idle-timer.ts';
import { CLIENT_STALLED_MS } from '../protocol/limits.ts';
import type { Reply, SessionEventKind, SessionInfo } from '../protocol/messages.ts';
import { acquireLock, isHeldByUs } from '../store/lock.ts';
import type { Log } from '../store/log.ts';
import type { StatePaths } from '../store/paths.ts';
import { keepColors, readColors } from '../store/terminal-colors.ts';
import { Guard } from './guard/guard.ts';
import { handOver } from './hand-over/hand-over.ts';
import type { HandOverParts } from './hand-over/parts.ts';
import { Notifier } from './notices/notifier.ts';
import type { ProgramKind } from './program/program.ts';
import { TerminalColors } from './program/terminal-colors.ts';
import type { Context, Of, Requester } from './server/context.ts';
import { DataSockets } from './server/data-sockets.ts';
import { EventHub } from './server/event-hub.ts';
import { refuse } from './server/refusals.ts';
import { Server } from './server/server.ts';
import { SessionTable } from './session/table.ts';
import { StateDirectoryWatch } from './state-directory-watch.ts';

/** The client that started us connects within milliseconds of "ready". */
const UNUSED_LIMIT_MS = 10_000;
/** The longest that an exiting supervisor waits for its last messages to be sent. */
const LAST_MESSAGES_MS = 500;

export class Supervisor implements Context {
  readonly table: SessionTable;
  readonly dataSockets = new DataSockets();
  readonly events = new EventHub();
  readonly server: Server;
  readonly watch: StateDirectoryWatch;
  readonly guard: Guard;
  readonly #paths: StatePaths;
  readonly #log: Log;
  readonly #notifier: Notifier;
  #leaving = false;
  /** Runs until the first session starts. */
  #unusedTimer: NodeJS.Timeout | undefined;

  constructor(paths: StatePaths, log: Log, program: ProgramKind) {
    this.#paths = paths;
    this.#log = log;
    this.#notifier = new Notifier(log, paths.dir);
    process.once('exit', () => this.#flushNotices());
    this.table = new SessionTable({
      log,
      recordsDir: paths.records,
      agentsDir: paths.agents,
      program,
      colors: new TerminalColors(readColors(paths.colors), (known) => this.#keepColors(known)),
      onEnded: (session, exit) => this.#notifier.ended(session, exit),
      onEvent: (event, info, previous) => this.#onEvent(event, info, previous),
      onEmpty: () => this.#leaveWhenSent(this.server.unsentBytes),
    });
    this.server = new Server(this, log);
    this.server.onIdle = () => {
      if (this.table.size === 0) this.leave('nobody is here');
    };
    const { table } = this;
    const { listener } = this.server;
    const leaving = () => this.#leaving;
    const eventSeq = () => this.events.seq;
    this.guard = new Guard({ table, listener, log, paths, eventSeq });
    // At once, not soon: if we died in between, clients would find a socket that no process serves.
    listener.onChanged = () => this.guard.renew();
    this.watch = new StateDirectoryWatch({ paths, listener, table, log, leaving });
  }

  get leaving(): boolean {
    return this.#leaving;
  }

  /** To be called once it listens: exits if no client starts a session. */
  expectClient(): void {
    this.#unusedTimer = setTimeout(() => {
      if (this.table.size === 0 && this.server.idle) this.leave('nobody came');
    }, UNUSED_LIMIT_MS);
    this.#unusedTimer.unref();
  }

  /** Exits once the clients have closed their connections, after {@link LAST_MESSAGES_MS} at most. */
  leave(why: string): void {
    if (this.#leaving) return;
    this.#leaving = true;
    this.guard.leave();
    // First, so that the process exits whatever fails below.
    setTimeout(() => process.exit(0), LAST_MESSAGES_MS);
    this.server.onIdle = () => process.exit(0);
    try {
      this.server.listener.unlink();
    } catch (error) {
      // The disk may be read-only by now. The socket that remains refuses connections.
      this.#log.error('the socket cannot be removed', error);
    }
    this.table.leave();
    const { size } = this.table;
    this.#log.info(`leaving: ${why}${size > 0 ? `; sessions that are lost: ${size}` : ''}`);
    if (this.server.idle) process.exit(0);
  }

  async handOver(requester: Requester, { id, node, script }: Of<'hand-over'>): Promise<Reply> {
    const parts: HandOverParts = {
      table: this.table,
      server: this.server,
      dataSockets: this.dataSockets,
      log: this.#log,
      logPath: this.#paths.log,
      events: this.events,
      handedOver: () => this.guard.leave(),
      takeLockBack: (from) => this.#takeLockBack(from),
    };
    try {
      return await handOver(parts, { node, script }, requester, id);
    } catch (error) {
      await this.watch.restore();
      return refuse(id, 'hand-over-failed', messageOf(error), 'Nothing has changed.');
    }
  }

  #takeLockBack(from: number): void {
    try {
      if (!isHeldByUs(this.#paths.lock)) acquireLock(this.#paths.lock, from);
    } catch (error) {
      this.#log.error('the lock cannot be taken back', error);
    }
  }

  #onEvent(event: SessionEventKind, info: SessionInfo, previous: string | undefined): void {
    if (this.#unusedTimer) clearIdleTimeout(this.#unusedTimer);
    this.#unusedTimer = undefined;
    this.events.publish(event, info, previous);
    this.guard.noteEvent(this.events.seq);
    if (event === 'started' || event === 'exited') this.guard.renewSoon();
    else this.#remember(event, info);
    this.watch.sessionChanged();
    const session = event === 'status' ? this.table.get(info.fullName) : undefined;
    if (session) this.#notifier.changed(session);
  }

  #remember(event: SessionEventKind, { fullName }: SessionInfo): void {
    const memory = this.table.get(fullName)?.memory;
    if (event === 'renamed') memory?.saveState();
    else memory?.changed();
  }

  /**
   * Exits once the clients have received all output of the last session, however slow their terminals
   * are; stops waiting when they receive nothing any more. Requests are still served meanwhile.
   */
  #leaveWhenSent(before: number): void {
    const leave = () => {
      if (this.table.size === 0) this.leave('no session is left');
    };
    if (before === 0) {
      leave();
      return;
    }
    setTimeout(() => {
      const now = this.server.unsentBytes;
      if (now === before) leave();
      else this.#leaveWhenSent(now);
    }, CLIENT_STALLED_MS);
  }

  #keepColors(known: TerminalColors['known']): void {
    try {
      keepColors(this.#paths.colors, known);
    } catch (error) {
      this.#log.error("the terminal's colours cannot be kept", error);
    }
  }

  #flushNotices(): void {
    try {
      this.#notifier.flush();
    } catch (error) {
      // An exception in an exit handler would keep the process from exiting.
      this.#log.error('the last notices are lost', error);
    }
  }
}
