/** The live sessions by full name. After its end only a session's record remains. */

import { SESSIONS_MAX } from '../../protocol/limits.ts';
import type { Exit, SessionEventKind, SessionInfo, SessionSpec } from '../../protocol/messages.ts';
import type { Log } from '../../store/log.ts';
import { fullNameOf } from '../../store/names.ts';
import type { ProgramKind } from '../program/program.ts';
import type { SomeColors, TerminalColors } from '../program/terminal-colors.ts';
import { Session, type SessionChange, type SessionContext, type Size } from './session.ts';
import { type SessionEnd, SessionRecords } from './session-records.ts';
import type { SessionState } from './session-state.ts';

/**
 * Any change of a session marks all of them as alive, once per this time at most: lists show when a
 * supervisor or machine died to this precision. No timer runs for it.
 */
const ALIVE_MARK_MS = 60_000;

export interface TableHandlers {
  readonly log: Log;
  readonly recordsDir: string;
  readonly agentsDir: string;
  readonly program: ProgramKind;
  readonly colors: TerminalColors;
  /** A session has ended and left the table; its clients are still attached. */
  onEnded(session: Session, exit: Exit): void;
  /** One change, and the session right after it. */
  onEvent(event: SessionEventKind, session: SessionInfo, previous?: string): void;
  /** The last session is gone. */
  onEmpty(): void;
}

export class SessionTable {
  readonly #handlers: TableHandlers;
  readonly #live = new Map<string, Session>();
  readonly #records: SessionRecords;
  /** Milliseconds since the epoch. */
  #markedAliveAt = Date.now();
  /** Callbacks for a session's end, by full name. */
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(handlers: TableHandlers) {
    this.#handlers = handlers;
    this.#records = new SessionRecords(handlers.recordsDir, handlers.log);
  }

  get size(): number {
    return this.#live.size;
  }

  get full(): boolean {
    return this.#live.size >= SESSIONS_MAX;
  }

  get colors(): TerminalColors {
    return this.#handlers.colors;
  }

  /**
   * A client has asked its terminal for these colours (empty: without a reply); programs may be
   * waiting for them.
   */
  learnColors(colors: SomeColors): void {
    this.colors.learn(colors);
    this.colors.over();
    for (const { clients, terminal } of this.all())
      if (!clients.canAnswer) terminal.queries.answerAll();
  }

  get(fullName: string): Session | undefined {
    return this.#live.get(fullName);
  }

  all(): IterableIterator<Session> {
    return this.#live.values();
  }

  /** @throws Error if the program cannot be started; then nothing is left behind. */
  start(spec: SessionSpec, size: Size): Session {
    const session = this.#open(spec, size);
    this.#live.set(spec.fullName, session);
    this.#records.add(session);
    this.#handlers.log.info(`started ${spec.fullName} as ${session.pid}`);
    this.#handlers.onEvent('started', session.info());
    return session;
  }

  /**
   * Gives a live session another name within its project. The program's environment keeps the old
   * name. The caller has checked that the name is free.
   * @throws the system's error when its record cannot be written; it then keeps its name
   */
  rename(session: Session, name: string): void {
    const { spec } = session;
    const old = { ...spec };
    const fullName = fullNameOf({ name: spec.project, hash: spec.hash }, name);
    this.#records.rename(old, { ...old, name, fullName });
    Object.assign(spec, { name, fullName });
    move(this.#live, old.fullName, spec.fullName);
    move(this.#waiting, old.fullName, spec.fullName);
    this.#handlers.log.info(`renamed ${old.fullName} to ${spec.fullName}`);
    session.terminal.renamed();
    session.previews.changed();
    this.#handlers.onEvent('renamed', session.info(), old.fullName);
  }

  /** Takes over a session of our predecessor. */
  adopt(state: SessionState): Session {
    const { spec } = state;
    const session = this.#open(spec, state, state);
    this.#live.set(spec.fullName, session);
    this.#records.adopt(session);
    return session;
  }

  /** Resolves when the session is no longer live. */
  whenEnded(session: Session): Promise<void> {
    if (this.#live.get(session.fullName) !== session) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(session.fullName) ?? [];
      waiting.push(resolve);
      this.#waiting.set(session.fullName, waiting);
    });
  }

  /**
   * After a supervisor's death: resolves once all programs are read again, up to what they had
   * written by then. Until then a status may be older than what its program has said. Undefined if
   * there is nothing to wait for.
   */
  whenRead(): Promise<void> | undefined {
    const held = [...this.all()].flatMap(({ returning }) =>
      returning?.awaited ? [returning] : [],
    );
    if (held.length === 0) return undefined;
    return Promise.all(held.map((returning) => returning.whenBack())).then(() => {});
  }

  /** Writes all records again: they may have been removed. */
  saveAll(): void {
    this.#records.saveAll();
  }

  /** The supervisor exits, and its sessions are lost. */
  leave(): void {
    this.#records.leave(this.all());
  }

  #open(spec: SessionSpec, size: Size, state?: SessionState): Session {
    const context: SessionContext = {
      log: this.#handlers.log,
      program: this.#handlers.program,
      colors: this.colors,
      agentsDir: this.#handlers.agentsDir,
      onEnded: (ended, exit) => this.#onEnded(ended, exit),
      onUp: (session) => {
        session.memory?.changed();
        this.#records.cameUp(session);
      },
      onChanged: (changed, change) => this.#onChanged(changed, change),
    };
    return new Session(spec, { cols: size.cols, rows: size.rows }, context, state);
  }

  #onChanged(session: Session, change: SessionChange): void {
    if (change === 'conversation') this.#records.updateConversation(session);
    if (change === 'facts' && !this.#records.updateFacts(session)) return;
    if (Date.now() - this.#markedAliveAt > ALIVE_MARK_MS) {
      this.#markedAliveAt = Date.now();
      this.#records.touch(this.all());
    }
    this.#handlers.onEvent(change === 'facts' ? 'directory' : change, session.info());
  }

  #onEnded(session: Session, exit: Exit): void {
    const { fullName } = session;
    this.#live.delete(fullName);
    const end = endOf(session, exit);
    this.#records.close(session, end);
    this.#handlers.log.info(`ended ${fullName}: ${exit.signal ?? exit.code}`);
    this.#handlers.onEnded(session, exit);
    // After the record is written, as clients that learn of the end read it.
    session.clients.dismiss(exit);
    const { at: endedAt, lastLines } = end;
    const state = end.by === 'lost' ? 'lost' : 'exited';
    this.#handlers.onEvent('exited', { ...session.info(), state, endedAt, lastLines });
    for (const resolve of this.#waiting.get(fullName) ?? []) resolve();
    this.#waiting.delete(fullName);
    if (this.#live.size === 0) this.#handlers.onEmpty();
  }
}

function endOf(session: Session, exit: Exit): SessionEnd {
  const at = new Date(session.lastActivityAt).toISOString();
  const by = session.killed ? 'killed' : exit.signal ? 'lost' : 'exit';
  return { at, by, ...exit, lastLines: session.info().lastLines };
}

function move<T>(map: Map<string, T>, from: string, to: string): void {
  const value = map.get(from);
  map.delete(from);
  if (value !== undefined) map.set(to, value);
}
