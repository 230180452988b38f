/**
 * What outlives a session's process: one small JSON file a session, named by its full name. The
 * directory is the list; there is no database, as there was none when a session was an editor's
 * buffer found by its name.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { errorCode } from './errors.ts';
import type { SessionName } from './names.ts';

export const RECORD_VERSION = 1;

export const SessionRecord = v.object({
  version: v.literal(RECORD_VERSION),
  fullName: v.string(),
  project: v.string(),
  name: v.string(),
  hash: v.string(),
  root: v.string(),
  cwd: v.string(),
  /** The program's path and what the user gave after `--`. Never the environment. */
  file: v.string(),
  userArgs: v.array(v.string()),
  codexHome: v.optional(v.string()),
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

/** The file's name: the full name, with what a file system or a person would stumble over escaped. */
export function recordFileName(session: SessionName): string {
  let project = '';
  for (const char of session.project) {
    const safe = /[\p{L}\p{N} ._+@=,-]/u.test(char) ? char : encodeURIComponentStrict(char);
    if (Buffer.byteLength(project + safe) > PROJECT_IN_FILE_MAX_BYTES) break;
    project += safe;
  }
  return `codex:${project}:${session.name}:${session.hash}.json`;
}

function encodeURIComponentStrict(char: string): string {
  return [...Buffer.from(char)].map((b) => `%${b.toString(16).padStart(2, '0')}`).join('');
}

/** Writes a record whole or not at all; readable by its owner only, whatever the umask. */
export function writeRecord(directory: string, record: SessionRecord): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, recordFileName(record));
  const temporary = join(directory, `.${randomBytes(8).toString('hex')}.tmp`);
  try {
    writeFileSync(temporary, `${JSON.stringify(record, null, 1)}\n`, { mode: 0o600, flag: 'wx' });
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
  return readFile(join(directory, recordFileName(session)));
}

/**
 * All records but those in `except` (file names), which saves opening the files of live sessions.
 * A file that cannot be understood is passed over: it may be of a later version.
 */
export function readRecords(
  directory: string,
  except: ReadonlySet<string> = new Set(),
): SessionRecord[] {
  let names: string[];
  try {
    names = readdirSync(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
  const records: SessionRecord[] = [];
  for (const name of names) {
    if (!name.startsWith('codex:') || !name.endsWith('.json') || except.has(name)) continue;
    const record = readFile(join(directory, name));
    if (record) records.push(record);
  }
  return records;
}

function readFile(path: string): SessionRecord | undefined {
  try {
    const parsed = v.safeParse(SessionRecord, JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.output : undefined;
  } catch {
    return undefined;
  }
}
