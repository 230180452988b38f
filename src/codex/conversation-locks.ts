/**
 * Finds which process has a conversation open. Only reads, and starts no process. As measured on
 * Linux: `thread-writer-locks/<uuid>.lock` is locked (flock) by the process that writes the
 * conversation (0.154 and later). The file alone means nothing, as it remains after a crash. After
 * `/new` the process keeps the previous conversation's lock too.
 */
import { readdir, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

export const CONVERSATION_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const LOCKS = 'thread-writer-locks';

/**
 * The pid that has the conversation open for writing; 0 if that process is not visible from here
 * (another container); undefined if there is none, or if it cannot be known (not Linux, or 0.144).
 */
export async function holderOf(codexHome: string, id: string): Promise<number | undefined> {
  if (!CONVERSATION_ID.test(id)) return undefined;
  const path = join(codexHome, LOCKS, `${id}.lock`);
  try {
    const [{ ino, dev }, locks] = await Promise.all([
      stat(path, { bigint: true }),
      readFile('/proc/locks', 'utf8'),
    ]);
    return await findHolder(locks, ino, dev, await realpath(path));
  } catch {
    return undefined;
  }
}

async function findHolder(
  locks: string,
  inode: bigint,
  device: bigint,
  path: string,
): Promise<number | undefined> {
  const exact = `${deviceOf(device)}:${inode}`;
  for (const line of locks.split('\n')) {
    // `1: FLOCK  ADVISORY  WRITE 10486 fe:00:16040641 0 EOF`; a waiter has `->` after the number.
    const [, type, , , pid, file] = line.trim().split(/\s+/);
    if (type !== 'FLOCK' || file === undefined) continue;
    if (file === exact) return Math.max(Number(pid), 0);
    // On some file systems (btrfs, overlayfs) the device number here differs from that of stat.
    if (!file.endsWith(`:${inode}`)) continue;
    if ((await openFiles(Number(pid))).includes(path)) return Number(pid);
  }
  return undefined;
}

/** A device number as `/proc/locks` writes it: major and minor in hexadecimal. */
function deviceOf(device: bigint): string {
  const major = (device >> 8n) & 0xfffn;
  const minor = (device & 0xffn) | ((device >> 12n) & 0xfff00n);
  return [major, minor].map((part) => part.toString(16).padStart(2, '0')).join(':');
}

export interface HeldLocks {
  readonly pid: number;
  readonly ids: readonly string[];
  /**
   * The process is the background server that sessions share: most of its locks are for other
   * sessions.
   */
  readonly shared: boolean;
}

/** A process tree deeper or larger than this contains more than Codex. */
const LEVELS_MAX = 6;
const PROCESSES_MAX = 256;

/**
 * The conversations that the process `pid` has open, or else its nearest descendant that has any.
 * The nearest, so that a Codex started by a tool, further down, is not taken for the session's own.
 * Undefined if it cannot be known, or if none is open.
 */
export async function lockHeldBy(codexHome: string, pid: number): Promise<HeldLocks | undefined> {
  const directory = await realpath(join(codexHome, LOCKS)).catch(() => undefined);
  if (directory === undefined) return undefined;
  let level = [pid];
  for (let depth = 0; depth < LEVELS_MAX && level.length > 0; depth += 1) {
    for (const process of level) {
      const ids = (await openFiles(process)).map((path) => lockedId(directory, path));
      const known = [...new Set(ids.filter((id) => id !== undefined))];
      if (known.length > 0) return { pid: process, ids: known, shared: await isServer(process) };
    }
    const children = await Promise.all(level.map(childrenOf));
    level = children.flat().slice(0, PROCESSES_MAX);
  }
  return undefined;
}

function lockedId(directory: string, path: string): string | undefined {
  if (!path.startsWith(`${directory}/`)) return undefined;
  const id = path.slice(directory.length + 1).replace(/\.lock(?: \(deleted\))?$/, '');
  return CONVERSATION_ID.test(id) ? id : undefined;
}

async function openFiles(pid: number): Promise<string[]> {
  const directory = `/proc/${pid}/fd`;
  const fds = await list(directory);
  return Promise.all(fds.map((fd) => readlink(join(directory, fd)).catch(() => '')));
}

async function childrenOf(pid: number): Promise<number[]> {
  // Children are listed for the thread that started them.
  const threads = await list(`/proc/${pid}/task`);
  const lists = await Promise.all(
    threads.map((tid) => readFile(`/proc/${pid}/task/${tid}/children`, 'utf8').catch(() => '')),
  );
  return lists.join(' ').split(' ').filter(Boolean).map(Number);
}

/** Whether the process is the background server that Codex's sessions share. */
export async function isServer(pid: number): Promise<boolean> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.split('\0').includes('app-server');
}

/** The names in a directory; none if it does not exist or cannot be read. */
async function list(directory: string): Promise<string[]> {
  return readdir(directory).catch(() => []);
}
