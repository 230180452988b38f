/**
 * Conversations in Codex's own directory: completes the truncated id in the title, and finds a
 * conversation's record. Only reads.
 */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { homeDirectory } from '../platform/user-directories.ts';
import { LOCKS, CONVERSATION_ID as UUID } from './conversation-locks.ts';

const SESSIONS = 'sessions';
const ARCHIVED = 'archived_sessions';
const COMPRESSED = '.zst';
const DAY_MS = 86_400_000;
/** Days with conversations that are searched if the id does not contain its time. */
const DAYS_SEARCHED_MAX = 400;

/** Codex's state directory, for a process with this environment. */
export function codexHomeOf(env: Readonly<Record<string, string | undefined>>): string {
  return env.CODEX_HOME || join(homeDirectory(env), '.codex');
}

/**
 * The full id of the conversation that begins with `prefix` (from the title); undefined if Codex has
 * left no trace of it yet, or if two conversations begin with it.
 */
export async function completeId(codexHome: string, prefix: string): Promise<string | undefined> {
  const locks = (await list(join(codexHome, LOCKS))).map((name) => name.replace(/\.lock$/, ''));
  const found = only(locks.filter((id) => id.startsWith(prefix) && UUID.test(id)));
  if (found !== undefined) return found;
  const rollouts = await findRollouts(codexHome, prefix);
  return only(rollouts.map(conversationOf).filter((id) => id !== undefined));
}

/** The record of a conversation; undefined if it never had a turn, was archived or deleted. */
export async function rolloutPath(codexHome: string, id: string): Promise<string | undefined> {
  return UUID.test(id) ? plainFirst(await findRollouts(codexHome, id)) : undefined;
}

/** Of a record and its compressed copy, which exist side by side for a moment, the record. */
function plainFirst(paths: readonly string[]): string | undefined {
  return paths.findLast((path) => !isCompressed(path)) ?? paths.at(-1);
}

/** The record of a conversation, archived or not. */
export async function recordPath(codexHome: string, id: string): Promise<string | undefined> {
  return (await rolloutPath(codexHome, id)) ?? (await archivedPath(codexHome, id));
}

/** The record of an archived conversation (`codex archive`). */
export async function archivedPath(codexHome: string, id: string): Promise<string | undefined> {
  if (!UUID.test(id)) return undefined;
  const directory = join(codexHome, ARCHIVED);
  const name = plainFirst((await list(directory)).filter((file) => conversationOf(file) === id));
  return name && join(directory, name);
}

export type ConversationState = 'recorded' | 'archived' | 'no-record';

/** `no-record`: it had no turn, was deleted, or Codex keeps it in a format unknown to us. */
export async function conversationState(codexHome: string, id: string): Promise<ConversationState> {
  if ((await rolloutPath(codexHome, id)) !== undefined) return 'recorded';
  return (await archivedPath(codexHome, id)) === undefined ? 'no-record' : 'archived';
}

/** Paths of the records whose conversation id begins with `prefix`, the oldest first. */
async function findRollouts(codexHome: string, prefix: string): Promise<string[]> {
  const root = join(codexHome, SESSIONS);
  const likely = await rolloutsIn(
    daysOf(prefix).map((day) => join(root, day)),
    prefix,
  );
  return likely.length > 0 ? likely : rolloutsIn(await newestDays(root), prefix);
}

/** Only those of the first day that has any. */
async function rolloutsIn(days: readonly string[], prefix: string): Promise<string[]> {
  for (const day of days) {
    const names = await list(day);
    const found = names.filter((name) => conversationOf(name)?.startsWith(prefix));
    if (found.length > 0) return found.sort().map((name) => join(day, name));
  }
  return [];
}

/**
 * Whether Codex has a record of the conversation. For lists, so it searches only the days around the
 * time in the id.
 */
export async function seemsRecorded(codexHome: string, id: string): Promise<boolean> {
  if (!UUID.test(id)) return false;
  const days = daysOf(id);
  if (days.length === 0) return (await rolloutPath(codexHome, id)) !== undefined;
  const root = join(codexHome, SESSIONS);
  const likely = days.map((day) => join(root, day));
  return (await rolloutsIn(likely, id)).length > 0;
}

/** `rollout-2026-11-22T08-04-14-<uuid>.jsonl`, perhaps with `.zst` → the uuid. */
function conversationOf(file: string): string | undefined {
  const name = basename(file, COMPRESSED);
  if (!name.startsWith('rollout-') || !name.endsWith('.jsonl')) return undefined;
  const id = name.slice(-42, -6);
  return UUID.test(id) ? id : undefined;
}

/** Codex has compressed this record (0.171, with `local_thread_store_compression`). */
export function isCompressed(path: string): boolean {
  return path.endsWith(COMPRESSED);
}

/** When the conversation began, if its id contains the time (UUID version 7), in ms since the epoch. */
export function beganAtMs(id: string): number | undefined {
  return id[14] === '7' ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : undefined;
}

/** The days whose directories may have the record of a conversation. */
function daysOf(id: string): string[] {
  const time = beganAtMs(id);
  if (time === undefined) return [];
  // Directories are named by local time, and a record appears with the first turn, maybe a day later.
  return [0, 1, -1].map((days) => {
    const day = new Date(time + days * DAY_MS);
    const parts = [day.getFullYear(), day.getMonth() + 1, day.getDate()];
    return parts.map((part) => String(part).padStart(2, '0')).join('/');
  });
}

async function newestDays(root: string): Promise<string[]> {
  const days: string[] = [];
  for (const year of await newestFirst(root)) {
    for (const month of await newestFirst(year)) {
      days.push(...(await newestFirst(month)));
      if (days.length >= DAYS_SEARCHED_MAX) return days.slice(0, DAYS_SEARCHED_MAX);
    }
  }
  return days;
}

async function newestFirst(directory: string): Promise<string[]> {
  const names = (await list(directory)).filter((name) => /^\d{2,4}$/.test(name));
  return names
    .sort()
    .reverse()
    .map((name) => join(directory, name));
}

/** The names in a directory; none if it does not exist or cannot be read. */
async function list(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}

function only(ids: readonly string[]): string | undefined {
  const distinct = new Set(ids);
  return distinct.size === 1 ? ids[0] : undefined;
}
