/**
 * What outlives a session's process: one small JSON file for each session, under its full name. The
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
  /** Both stand in file names, also of files that are removed. */
  name: v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)),
  hash: v.pipe(v.string(), v.regex(/^[0-9a-f]{8}$/)),
  root: v.string(),
  cwd: v.string(),
  /** The program's path and what the user gave after `--`. Never the environment. */
  file: v.string(),
  userArgs: v.array(v.string()),
  codexHome: v.optional(v.string()),
  /** Of the program, as it was when the session started. */
  codexVersion: v.optional(v.string()),
  conversation: v.optional(v.string()),
  /** Conversations that this session had before, the newest first. */
  previous: v.optional(v.array(v.string()), []),
  title: v.optional(v.string()),
  createdAt: v.string(),
  startedAt: v.string(),
  /** Which process it was: boot id, pid and start time. */
  pid: v.number(),
  pidStart: v.optional(v.string()),
  bootId: v.optional(v.string()),
  lastActivityAt: v.string(),
  end: v.nullable(
    v.object({
      at: v.string(),
      /** `exit`: by itself; `killed`: asked to by us; `lost`: by a signal that was not ours. */
      by: v.picklist(['exit', 'killed', 'lost']),
      code: v.nullable(v.number()),
      signal: v.nullable(v.string()),
      lastLines: v.array(v.string()),
    }),
  ),
});
export type SessionRecord = v.InferOutput<typeof SessionRecord>;

/** Longest part of a project's name in a file name: 255 bytes are allowed in all. */
const PROJECT_IN_FILE_MAX_BYTES = 120;

/** Compiling an expression with Unicode classes takes 0.3 ms, and most names need none. */
const PLAIN_PROJECT = /^[A-Za-z0-9 ._+@=,-]{0,120}$/;

/** The file's name: the full name, with what a file system or a person would stumble over escaped. */
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

/** Writes a record whole or not at all; readable by its owner only, whatever the umask. */
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

/** A record, or undefined when there is none or it cannot be understood (it is left as it is). */
export function readRecord(directory: string, session: SessionName): SessionRecord | undefined {
  const found = lookUpRecord(directory, session);
  return found.type === 'record' ? found.record : undefined;
}

export type FoundRecord =
  | { readonly type: 'record'; readonly record: SessionRecord }
  | { readonly type: 'none' }
  /** Of a later version of codex-sessions: not to be touched. */
  | { readonly type: 'later'; readonly path: string }
  /** Damaged, or not written by us. */
  | { readonly type: 'unreadable'; readonly path: string };

export function lookUpRecord(directory: string, session: SessionName): FoundRecord {
  return look(join(directory, recordFileName(session)));
}

export interface ScannedRecords {
  readonly records: readonly SessionRecord[];
  /** Paths of what could not be understood; it is left as it is. */
  readonly later: readonly string[];
  readonly unreadable: readonly string[];
}

/** What readdir calls a file is not checked again: no other user can exchange files in our directory. */
const readListed = (path: string) => readFileSync(path, 'utf8');

/** All records but those in `except` (file names), which saves opening the files of live sessions. */
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
    .filter(({ name }) => name.startsWith('codex:') && name.endsWith('.json') && !except.has(name))
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
 * Marks a session as alive now: if its end cannot be recorded, the time of its file tells when it was
 * last known to run.
 */
export function touchRecord(directory: string, session: SessionName): void {
  const now = new Date();
  utimesSync(join(directory, recordFileName(session)), now, now);
}

/** When the session ended, or was last known to run; milliseconds since the epoch. */
export function endedAtMs(directory: string, record: SessionRecord): number {
  if (record.end) return Date.parse(record.end.at) || 0;
  const path = join(directory, recordFileName(record));
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.parse(record.startedAt);
}

/** Of a session that is not live: it counts as ended on purpose from now on. */
export function putAway(directory: string, session: SessionName): void {
  const record = readRecord(directory, session);
  if (!record) return;
  const at = new Date(endedAtMs(directory, record)).toISOString();
  const end = record.end ?? { at, code: null, signal: null, lastLines: [] };
  writeRecord(directory, { ...record, end: { ...end, by: 'killed' } });
}

/** Of a session that is not live: the new file is whole before the old one goes. */
export function renameRecord(directory: string, record: SessionRecord, to: SessionRecord): void {
  const at = new Date(endedAtMs(directory, record));
  writeRecord(directory, to);
  utimesSync(join(directory, recordFileName(to)), at, at);
  removeRecord(directory, record);
}
