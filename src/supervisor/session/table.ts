/**
 * The live sessions by their full names, and their records on disk. A session is in the table from
 * its start to its end; what is told of it afterwards comes from its record alone.
 */

import { bootId, startTimeOf } from '../../platform/process-identity.ts';
import { SESSIONS_MAX } from '../../protocol/limits.ts';
import type { Exit, SessionEventKind, SessionInfo, SessionSpec } from '../../protocol/messages.ts';
import type { Log } from '../../store/log.ts';
import { fullNameOf } from '../../store/names.ts';
import {
  RECORD_VERSION,
  readRecord,
  removeRecord,
  type SessionRecord,
  touchRecord,
  writeRecord,
} from '../../store/record.ts';
import type { ProgramKind } from '../program/program.ts';
import type { TerminalColors } from '../program/query-replies.ts';
import { Session, type SessionChange, type SessionContext, type Size } from './session.ts';
import type { SessionState } from './session-state.ts';

/**
 * What happens in any session marks all of them as alive, this often at most: so exact is the time
 * that a list gives for the death of the supervisor or the machine. Where nothing happens, no timer
 * runs for it.
 */
const ALIVE_MARK_MS = 60_000;

export interface TableHandlers {
  readonly log: Log;
  readonly recordsDir: string;
  readonly agentsDir: string;
  readonly program: ProgramKind;
  /** A session has ended and left the table; its clients are still there. */
  onEnded(session: Session, exit: Exit): void;
  /** One change, and the session as it is right after it. */
  onEvent(event: SessionEventKind, session: SessionInfo, previous?: string): void;
  /** The last session is gone. */
  onEmpty(): void;
}

export class SessionTable {
  readonly #handlers: TableHandlers;
  readonly #live = new Map<string, Session>();
  readonly #records = new Map<string, SessionRecord>();
  /** What the last terminal said of its colours. */
  readonly colors: TerminalColors = {};
  #markedAliveAt = Date.now();
  readonly #ended = new Map<string, (() => void)[]>();

  constructor(handlers: TableHandlers) {
    this.#handlers = handlers;
  }

  get size(): number {
    return this.#live.size;
  }

  get full(): boolean {
    return this.#live.size >= SESSIONS_MAX;
  }

  get(fullName: string): Session | undefined {
    return this.#live.get(fullName);
  }

  all(): IterableIterator<Session> {
    return this.#live.values();
  }

  /** @throws Error when the program cannot be started; then nothing is left behind. */
  start(spec: SessionSpec, size: Size): Session {
    const session = this.#open(spec, size);
    this.#live.set(spec.fullName, session);
    this.#records.set(spec.fullName, this.#newRecord(session));
    this.#save(spec.fullName);
    this.#handlers.log.info(`started ${spec.fullName} as ${session.pid}`);
    this.#handlers.onEvent('started', session.info());
    return session;
  }

  /**
   * Gives a live session another name within its project. What its program has in its environment
   * stays. The caller has checked that the name is free.
   */
  rename(session: Session, name: string): void {
    const { spec } = session;
    const old = { ...spec };
    spec.name = name;
    spec.fullName = fullNameOf({ name: spec.project, hash: spec.hash }, name);
    move(this.#live, old.fullName, spec.fullName);
    move(this.#ended, old.fullName, spec.fullName);
    const record = this.#records.get(old.fullName);
    this.#records.delete(old.fullName);
    if (record) {
      this.#records.set(spec.fullName, { ...record, name, fullName: spec.fullName });
      // The new one is whole before the old one goes: a crash in between costs no conversation.
      if (this.#save(spec.fullName)) this.#removeRecord(old);
    }
    this.#handlers.log.info(`renamed ${old.fullName} to ${spec.fullName}`);
    session.terminal.renamed();
    this.#handlers.onEvent('renamed', session.info(), old.fullName);
  }

  /** Goes on with a session of our predecessor's; see Session. */
  adopt(state: SessionState): Session {
    const { spec } = state;
    const session = this.#open(spec, state, state);
    this.#live.set(spec.fullName, session);
    const record = readRecord(this.#handlers.recordsDir, spec);
    this.#records.set(spec.fullName, record ?? this.#newRecord(session));
    return session;
  }

  /** Resolves when the session is no longer live. */
  whenEnded(session: Session): Promise<void> {
    if (this.#live.get(session.fullName) !== session) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.#ended.get(session.fullName) ?? [];
      waiting.push(resolve);
      this.#ended.set(session.fullName, waiting);
    });
  }

  #open(spec: SessionSpec, size: Size, state?: SessionState): Session {
    const context: SessionContext = {
      log: this.#handlers.log,
      program: this.#handlers.program,
      colors: this.colors,
      agentsDir: this.#handlers.agentsDir,
      onEnded: (ended, exit) => this.#onEnded(ended, exit),
      onChanged: (changed, change) => this.#onChanged(changed, change),
    };
    return new Session(spec, { cols: size.cols, rows: size.rows }, context, state);
  }

  #newRecord(session: Session): SessionRecord {
    const { spec } = session;
    const before = readRecord(this.#handlers.recordsDir, spec);
    const started = new Date(session.createdAt).toISOString();
    const earlier = before?.conversation ? [before.conversation] : [];
    const previous = [...earlier, ...(before?.previous ?? [])];
    return {
      version: RECORD_VERSION,
      fullName: spec.fullName,
      project: spec.project,
      name: spec.name,
      hash: spec.hash,
      root: spec.root,
      cwd: spec.cwd,
      file: spec.file,
      userArgs: spec.userArgs,
      ...(spec.env.CODEX_HOME ? { codexHome: spec.env.CODEX_HOME } : {}),
      ...(spec.codexVersion ? { codexVersion: spec.codexVersion } : {}),
      ...(spec.conversation ? { conversation: spec.conversation } : {}),
      previous: without(previous, spec.conversation),
      createdAt: before?.createdAt ?? started,
      startedAt: started,
      pid: session.pid,
      pidStart: startTimeOf(session.pid),
      bootId: bootId(),
      lastActivityAt: started,
      end: null,
    };
  }

  #onChanged(session: Session, change: SessionChange): void {
    if (change === 'conversation') this.#onConversation(session);
    if (Date.now() - this.#markedAliveAt > ALIVE_MARK_MS) this.#markAlive();
    this.#handlers.onEvent(change, session.info());
  }

  #onConversation(session: Session): void {
    const record = this.#records.get(session.fullName);
    if (!record || record.conversation === session.conversation) return;
    const { conversation, ...rest } = record;
    const previous = conversation ? [conversation, ...record.previous] : record.previous;
    const now = session.conversation;
    this.#records.set(session.fullName, {
      ...rest,
      previous: without(previous, now),
      ...(now ? { conversation: now } : {}),
    });
    this.#save(session.fullName);
  }

  #onEnded(session: Session, exit: Exit): void {
    const { fullName } = session;
    this.#live.delete(fullName);
    const at = new Date(session.lastActivityAt).toISOString();
    const by = session.killed ? 'killed' : exit.signal ? 'lost' : 'exit';
    const lastLines = session.lastLines();
    const record = this.#records.get(fullName);
    if (record) {
      const title = session.program.displayTitle;
      this.#records.set(fullName, {
        ...record,
        ...(title ? { title } : {}),
        lastActivityAt: at,
        end: { at, by, ...exit, lastLines },
      });
      this.#save(fullName);
      this.#records.delete(fullName);
    }
    this.#handlers.log.info(`ended ${fullName}: ${exit.signal ?? exit.code}`);
    this.#handlers.onEnded(session, exit);
    // Not before its record is written: a client that is told of the end looks there.
    session.clients.dismiss(exit);
    const state = by === 'lost' ? 'lost' : 'exited';
    this.#handlers.onEvent('exited', { ...session.info(), state, endedAt: at, lastLines });
    for (const resolve of this.#ended.get(fullName) ?? []) resolve();
    this.#ended.delete(fullName);
    if (this.#live.size === 0) this.#handlers.onEmpty();
  }

  /** Writes all records anew, wherever they have gone. */
  saveAll(): void {
    for (const fullName of this.#records.keys()) this.#save(fullName);
  }

  #markAlive(): void {
    this.#markedAliveAt = Date.now();
    for (const { spec } of this.#live.values()) {
      try {
        touchRecord(this.#handlers.recordsDir, spec);
      } catch {
        // Somebody has removed it: then it is written anew.
        this.#save(spec.fullName);
      }
    }
  }

  /** A record that cannot be written costs its being brought back, never the session: then false. */
  #save(fullName: string): boolean {
    const record = this.#records.get(fullName);
    try {
      if (record) writeRecord(this.#handlers.recordsDir, record);
      return true;
    } catch (error) {
      this.#handlers.log.error(`cannot write the record of ${fullName}`, error);
      return false;
    }
  }

  #removeRecord(spec: SessionSpec): void {
    try {
      removeRecord(this.#handlers.recordsDir, spec);
    } catch (error) {
      this.#handlers.log.error(`cannot remove the record of ${spec.fullName}`, error);
    }
  }
}

function move<T>(map: Map<string, T>, from: string, to: string): void {
  const value = map.get(from);
  map.delete(from);
  if (value !== undefined) map.set(to, value);
}

/** The newest first, each once, and not the one that is open now. */
function without(previous: readonly string[], current: string | undefined): string[] {
  return [...new Set(previous)].filter((id) => id !== current);
}
