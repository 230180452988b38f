/**
 * What outlives a session's process: one small JSON file per session, named after its full name. The
 * directory is the list of sessions; there is no database.
 */
import {
  type Dirent,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { readOwn } from '../platform/checked-open.ts';
import { errorCode } from '../platform/errors.ts';
import { privately } from '../platform/private-files.ts';
import { uniqueHex } from '../platform/unique.ts';
import { safeJson } from '../terminal/safe-text.ts';
import type { SessionName } from './names.ts';

export const RECORD_VERSION = 1;

export const SessionRecord = v.object({
  version: v.literal(RECORD_VERSION),
  fullName: v.string(),
  project: v.string(),
  /** Both become part of file names, also of files to remove. */
  name: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)),
  hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{8}$/)),
  root: v.string(),
  /** Identifies the project's directory even after it was moved, see `directoryId`. */
  rootId: v.optional(v.string()),
  cwd: v.string(),
  /** The program's path and the user's arguments after `--`. The environment is never stored. */
  file: v.string(),
  userArgs: v.array(v.string()),
  /** The keys that submit a prompt, as of its start; absent in records before 0.2. */
  submitKeys: v.optional(v.array(v.string())),
  /** While it is unknown whether the program comes up: what holds again if it does not. */
  former: v.optional(
    v.object({
      userArgs: v.array(v.string()),
      cwd: v.exactOptional(v.string()),
      codexHome: v.optional(v.string()),
      conversation: v.optional(v.string()),
      directory: v.optional(v.string()),
      hadTurn: v.optional(v.boolean()),
      title: v.optional(v.string()),
      previous: v.array(v.string()),
    }),
  ),
  codexHome: v.optional(v.string()),
  /** The program's version when the session started. */
  codexVersion: v.optional(v.string()),
  conversation: v.optional(v.string()),
  /** Where its conversation was last, as far as known; also absent in records before 0.2. */
  directory: v.optional(v.string()),
  /** `false`: the conversation has had no turn, so Codex cannot resume it; absent if unknown. */
  hadTurn: v.optional(v.boolean()),
  /** Earlier conversations of this session, the newest first. */
  previous: v.optional(v.array(v.string()), []),
  title: v.optional(v.string()),
  createdAt: v.string(),
  startedAt: v.string(),
  /** The process, identified by boot id, pid and start time. */
  pid: v.number(),
  pidStart: v.optional(v.string()),
  bootId: v.optional(v.string()),
  lastActivityAt: v.string(),
  end: v.nullable(
    v.object({
      at: v.string(),
      /** `exit`: by itself; `killed`: at the user's request; `lost`: by a signal not from us. */
      by: v.picklist(['exit', 'killed', 'lost']),
      code: v.nullable(v.number()),
      signal: v.nullable(v.string()),
      lastLines: v.array(v.string()),
    }),
  ),
});
export type SessionRecord = v.InferOutput<typeof SessionRecord>;

/** A file name may have 255 bytes in all. */
const PROJECT_IN_FILE_MAX_BYTES = 120;

/** Saves most names the expression with Unicode classes, which takes 0.3 ms to compile. */
const PLAIN_PROJECT = /^[A-Za-z0-9 ._+@=,-]{0,120}$/;

/** The file's name: the full name, with the project's unusual characters escaped. */
export function recordFileName(session: SessionName): string {
  const { project } = session;
  const inFile = PLAIN_PROJECT.test(project) ? project : projectInFile(project);
  return `codex:${inFile}:${session.name}:${session.hash}.json`;
}

function projectInFile(project: string): string {
  let kept = '';
  for (const char of project) {
    const safe = /[\p{L}\p{N} ._+@=,-]/u.test(char) ? char : encodeURIComponentStrict(char);
    if (Buffer.byteLength(kept + safe) > PROJECT_IN_FILE_MAX_BYTES) break;
    kept += safe;
  }
  return kept;
}

function encodeURIComponentStrict(char: string): string {
  return [...Buffer.from(char)].map((b) => `%${b.toString(16).padStart(2, '0')}`).join('');
}

/** Writes a record atomically; only its owner can read it, whatever the umask. */
export function writeRecord(directory: string, record: SessionRecord): void {
  privately(() => mkdirSync(directory, { recursive: true, mode: 0o700 }));
  const path = join(directory, recordFileName(record));
  const temporary = join(directory, `.${uniqueHex()}.tmp`);
  try {
    const text = `${safeJson(record, 1)}\n`;
    privately(() => writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' }));
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

export function removeRecord(directory: string, session: SessionName): void {
  rmSync(join(directory, recordFileName(session)), { force: true });
}

/** A record; undefined if there is none, or if it cannot be read (then it is left as it is). */
export function readRecord(directory: string, session: SessionName): SessionRecord | undefined {
  const found = lookUpRecord(directory, session);
  return found.type === 'record' ? found.record : undefined;
}

export type FoundRecord =
  | { readonly type: 'record'; readonly record: SessionRecord }
  | { readonly type: 'none' }
  /** By a later version of codex-sessions: must not be changed. */
  | { readonly type: 'later'; readonly path: string }
  /** Damaged, or not written by us. */
  | { readonly type: 'unreadable'; readonly path: string };

export function lookUpRecord(directory: string, session: SessionName): FoundRecord {
  return look(join(directory, recordFileName(session)));
}

export interface ScannedRecords {
  readonly records: readonly SessionRecord[];
  /** Paths of files that could not be read; they are left as they are. */
  readonly later: readonly string[];
  readonly unreadable: readonly string[];
}

/** Skips the checks of `readOwn`: no other user can exchange a listed file in our directory. */
const readListed = (path: string) => readFileSync(path, 'utf8');

/** The names of the record files, not their content: a FIFO of such a name would never end. */
export function recordNames(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((file) => file.isFile() && isRecordName(file.name))
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

/** Only records that contain `text`; others are not parsed, as parsing takes most of the time. */
export function recordsWith(
  directory: string,
  names: readonly string[],
  text: string,
): SessionRecord[] {
  return names.flatMap((name) => {
    const path = join(directory, name);
    try {
      if (!readFileSync(path).includes(text)) return [];
    } catch {
      return [];
    }
    const found = look(path);
    return found.type === 'record' ? [found.record] : [];
  });
}

function isRecordName(name: string): boolean {
  return name.startsWith('codex:') && name.endsWith('.json');
}

/** All records but those in `except` (file names), so that files of live sessions are not opened. */
export function scanRecords(
  directory: string,
  except: ReadonlySet<string> = new Set(),
): ScannedRecords {
  let files: Dirent[] = [];
  try {
    files = readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
  const found = files
    .filter(({ name }) => isRecordName(name) && !except.has(name))
    .map((file) => {
      const path = join(directory, file.name);
      return file.isFile() ? look(path, readListed) : ({ type: 'unreadable', path } as const);
    });
  return {
    records: found.flatMap((one) => (one.type === 'record' ? [one.record] : [])),
    later: found.flatMap((one) => (one.type === 'later' ? [one.path] : [])),
    unreadable: found.flatMap((one) => (one.type === 'unreadable' ? [one.path] : [])),
  };
}

function look(path: string, read = readOwn): FoundRecord {
  try {
    const value: unknown = JSON.parse(read(path));
    const parsed = v.safeParse(SessionRecord, value);
    if (parsed.success) return { type: 'record', record: parsed.output };
    return { type: versionOf(value) > RECORD_VERSION ? 'later' : 'unreadable', path };
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? { type: 'none' } : { type: 'unreadable', path };
  }
}

function versionOf(value: unknown): number {
  const version = typeof value === 'object' && value !== null && 'version' in value;
  return version ? Number(value.version) : Number.NaN;
}

/**
 * Sets the time of a live session's record to now: if its end cannot be recorded, that tells when it was
 * last known to run.
 */
export function touchRecord(directory: string, session: SessionName): void {
  const now = new Date();
  utimesSync(join(directory, recordFileName(session)), now, now);
}

/** When the session ended or was last known to run, in milliseconds since the epoch. */
export function endedAtMs(directory: string, record: SessionRecord): number {
  if (record.end) return Date.parse(record.end.at) || 0;
  const path = join(directory, recordFileName(record));
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.parse(record.startedAt);
}

/** Makes a session that is not live count as ended on purpose. */
export function putAway(directory: string, session: SessionName): void {
  const record = readRecord(directory, session);
  if (!record) return;
  const at = new Date(endedAtMs(directory, record)).toISOString();
  const end = record.end ?? { at, code: null, signal: null, lastLines: [] };
  writeRecord(directory, { ...record, end: { ...end, by: 'killed' } });
}

/**
 * Renames a session that is not live: writes the new file before removing the old one.
 * @throws the system's error when it cannot be written: then nothing has changed
 */
export function renameRecord(directory: string, record: SessionRecord, to: SessionRecord): void {
  const at = new Date(endedAtMs(directory, record));
  writeRecord(directory, to);
  utimesSync(join(directory, recordFileName(to)), at, at);
  removeRecord(directory, record);
}
