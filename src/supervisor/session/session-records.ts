/** The records on disk of the live sessions. A failed write affects no session: it is only not renamed. */
import { bootId, startTimeOf } from '../../platform/process-identity.ts';
import type { SessionSpec } from '../../protocol/messages.ts';
import type { Log } from '../../store/log.ts';
import { directoryId } from '../../store/project.ts';
import {
  RECORD_VERSION,
  readRecord,
  removeRecord,
  type SessionRecord,
  touchRecord,
  writeRecord,
} from '../../store/record.ts';
import type { Session } from './session.ts';

/** How a session ended, as in its record. */
export type SessionEnd = NonNullable<SessionRecord['end']>;

/**
 * Codex 0.171 shows its screen, and some 0.1 s later (0.3 s on a loaded machine) refuses a setting.
 */
const PROVEN_MS = 1_000;

export class SessionRecords {
  readonly #dir: string;
  readonly #log: Log;
  /** By full name. */
  readonly #records = new Map<string, SessionRecord>();
  /**
   * What holds again if the program does not come up, and when it came up, on the clock of
   * performance.now().
   */
  readonly #formers = new WeakMap<Session, { former: SessionRecord['former']; upAt: number }>();

  constructor(dir: string, log: Log) {
    this.#dir = dir;
    this.#log = log;
  }

  /** A session has started. */
  add(session: Session): void {
    this.#records.set(session.fullName, this.#newRecord(session));
    this.#save(session.fullName);
  }

  /** A predecessor's session: its record exists, unless it could not be written. */
  adopt(session: Session): void {
    const record = readRecord(this.#dir, session.spec) ?? this.#newRecord(session);
    this.#records.set(session.fullName, record);
  }

  /**
   * @throws the system's error when the new record cannot be written: then nothing has changed.
   *   With the old name only, a running session would count as lost.
   */
  rename(old: SessionSpec, { name, fullName }: SessionSpec): void {
    const record = this.#records.get(old.fullName);
    if (!record) return;
    const renamed = { ...record, name, fullName };
    // Before the old one is removed, so that a crash in between loses no conversation.
    writeRecord(this.#dir, renamed);
    this.#records.delete(old.fullName);
    this.#records.set(fullName, renamed);
    this.#remove(old);
  }

  /** The session's conversation has changed. */
  updateConversation({ fullName, conversation: now, program }: Session): void {
    const record = this.#records.get(fullName);
    if (!record || record.conversation === now) return;
    const { conversation: _id, title: _title, hadTurn: _turn, ...rest } = record;
    const previous = earlierOf(record);
    this.#records.set(fullName, {
      ...rest,
      previous: without(previous, now),
      ...(now ? { conversation: now } : {}),
      ...(program.hadTurn === undefined ? {} : { hadTurn: program.hadTurn }),
    });
    this.#save(fullName);
  }

  /** The program is up: from now on its options and its conversation are the session's. */
  cameUp(session: Session): void {
    const { fullName } = session;
    const record = this.#records.get(fullName);
    if (!record?.former) return;
    const { former, ...kept } = record;
    this.#formers.set(session, { former, upAt: performance.now() });
    this.#records.set(fullName, kept);
    this.#save(fullName);
  }

  /**
   * More is known about the session's conversation.
   * @returns whether its directory has changed
   */
  updateFacts({ fullName, program }: Session): boolean {
    const record = this.#records.get(fullName);
    if (!record) return false;
    const { directory, hadTurn } = program;
    this.#records.set(fullName, {
      ...record,
      ...(directory === undefined ? {} : { directory }),
      ...(hadTurn === undefined ? {} : { hadTurn }),
    });
    this.#save(fullName);
    return directory !== undefined && directory !== (record.directory ?? record.cwd);
  }

  /**
   * Writes the session's record for the last time; a start that failed changes nothing else in it.
   */
  close(session: Session, end: SessionEnd): void {
    const { fullName, program, startUp } = session;
    this.#updateTitle(fullName, program.displayTitle);
    const record = this.#records.get(fullName);
    if (!record) return;
    const { former = this.#formerOf(session, end), ...now } = record;
    const failed = former && (record.former === undefined || !startUp.up);
    this.#records.set(fullName, {
      ...(failed ? { ...withoutConversation(now), ...former } : now),
      lastActivityAt: end.at,
      end,
    });
    this.#save(fullName);
    this.#records.delete(fullName);
  }

  /** The program came up and failed at almost the same moment. */
  #formerOf(session: Session, { by, code }: SessionEnd): SessionRecord['former'] {
    const { former, upAt = 0 } = this.#formers.get(session) ?? {};
    return by === 'exit' && code !== 0 && performance.now() - upAt < PROVEN_MS ? former : undefined;
  }

  /**
   * These sessions end with us: their records say when they last showed text, and by the time of the
   * file when they were lost.
   */
  leave(sessions: Iterable<Session>): void {
    for (const { fullName, program, lastActivityAt } of sessions) {
      this.#updateTitle(fullName, program.displayTitle);
      const record = this.#records.get(fullName);
      if (!record) continue;
      const at = new Date(lastActivityAt).toISOString();
      this.#records.set(fullName, { ...record, lastActivityAt: at });
      this.#save(fullName);
    }
  }

  /** Writes all records again: they may have been removed. */
  saveAll(): void {
    for (const fullName of this.#records.keys()) this.#save(fullName);
  }

  /**
   * Writes into the records of these sessions that they are alive at this time, and their titles.
   */
  touch(sessions: Iterable<Session>): void {
    for (const { spec, program } of sessions) {
      if (this.#updateTitle(spec.fullName, program.displayTitle)) {
        this.#save(spec.fullName);
        continue;
      }
      try {
        touchRecord(this.#dir, spec);
      } catch {
        // It has been removed: write it again.
        this.#save(spec.fullName);
      }
    }
  }

  /**
   * @returns whether the title is new; after it is cleared, as at an exit, the previous one stays
   */
  #updateTitle(fullName: string, title: string | undefined): boolean {
    const record = this.#records.get(fullName);
    if (!record || !title || title === record.title) return false;
    this.#records.set(fullName, { ...record, title });
    return true;
  }

  #newRecord(session: Session): SessionRecord {
    const { spec } = session;
    const before = readRecord(this.#dir, spec);
    const started = new Date(session.createdAt).toISOString();
    const previous = before ? earlierOf(before) : [];
    const title = before?.conversation === spec.conversation ? before?.title : undefined;
    const rootId = idOf(spec.root) ?? before?.rootId;
    return {
      version: RECORD_VERSION,
      fullName: spec.fullName,
      project: spec.project,
      name: spec.name,
      hash: spec.hash,
      root: spec.root,
      ...(rootId ? { rootId } : {}),
      cwd: spec.cwd,
      file: spec.file,
      userArgs: spec.userArgs,
      ...(spec.submitKeys ? { submitKeys: spec.submitKeys } : {}),
      ...formerOf(spec, before),
      ...(spec.env.CODEX_HOME ? { codexHome: spec.env.CODEX_HOME } : {}),
      ...(spec.codexVersion ? { codexVersion: spec.codexVersion } : {}),
      ...(spec.conversation ? { conversation: spec.conversation } : {}),
      ...(title ? { title } : {}),
      ...(spec.directory ? { directory: spec.directory } : {}),
      ...(spec.conversation ? { hadTurn: true } : {}),
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

  /** @returns whether it could be written; if not, only the session's recovery is affected. */
  #save(fullName: string): boolean {
    const record = this.#records.get(fullName);
    try {
      if (record) writeRecord(this.#dir, record);
      return true;
    } catch (error) {
      this.#log.error(`cannot write the record of ${fullName}`, error);
      return false;
    }
  }

  #remove(spec: SessionSpec): void {
    try {
      removeRecord(this.#dir, spec);
    } catch (error) {
      this.#log.error(`cannot remove the record of ${spec.fullName}`, error);
    }
  }
}

/** The parts of `before` that a start replaces, as they were; nothing if it replaces none. */
function formerOf(
  now: SessionSpec,
  before: SessionRecord | undefined,
): Pick<SessionRecord, 'former'> {
  const past: Partial<SessionRecord> = before?.former ?? before ?? {};
  const { userArgs = [], cwd, codexHome, conversation, directory, previous = [] } = past;
  const same =
    userArgs.join('\0') === now.userArgs.join('\0') &&
    conversation === now.conversation &&
    (cwd === undefined || (cwd === now.cwd && directory === now.directory)) &&
    (codexHome === now.env.CODEX_HOME || (conversation === undefined && previous.length === 0));
  if (same) return {};
  const known = OF_A_CONVERSATION.filter((key) => past[key] !== undefined);
  const last = Object.fromEntries(known.map((key) => [key, past[key]]));
  return { former: { userArgs, ...(cwd ? { cwd } : {}), ...last, previous } };
}

const OF_A_CONVERSATION = ['conversation', 'codexHome', 'directory', 'hadTurn', 'title'] as const;

function withoutConversation(record: SessionRecord): SessionRecord {
  const kept = { ...record };
  for (const key of OF_A_CONVERSATION) delete kept[key];
  return kept;
}

function idOf(directory: string): string | undefined {
  try {
    return directoryId(directory);
  } catch {
    return undefined;
  }
}

/** With its last conversation, unless that can never be resumed. */
function earlierOf({ conversation, hadTurn, previous }: SessionRecord): readonly string[] {
  return conversation && hadTurn !== false ? [conversation, ...previous] : previous;
}

/** The newest first, each once, without the current one. */
function without(previous: readonly string[], current: string | undefined): string[] {
  return [...new Set(previous)].filter((id) => id !== current);
}
