/**
 * Finds and ends processes by what the kernel knows of them, never by name.
 * Linux only (`/proc`), as the tests that use it are.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

export interface ProcessInfo {
  pid: number;
  parent: number;
  /** In clock ticks since boot; together with the pid it identifies one process for ever. */
  startTime: string;
  /** A letter of proc(5): `Z` is a zombie. */
  state: string;
  command: string;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** Undefined when there is no such process. */
export function processInfo(pid: number): ProcessInfo | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // The name is in parentheses and may itself contain parentheses and blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent] = fields;
  const startTime = fields[19];
  if (state === undefined || parent === undefined || startTime === undefined) return undefined;
  const command = read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
  return { pid, parent: Number(parent), startTime, state, command };
}

/** Alive, and not merely waiting to be collected by its parent. */
export function isAlive(pid: number): boolean {
  const info = processInfo(pid);
  return info !== undefined && info.state !== 'Z';
}

export function listProcesses(): ProcessInfo[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processInfo(Number(name)))
    .filter((info) => info !== undefined && info.state !== 'Z') as ProcessInfo[];
}

/** The processes whose environment has this entry (`KEY=value`), and all below them. */
export function processesMarked(entry: string): ProcessInfo[] {
  const all = listProcesses();
  const found = new Set<number>();
  for (const { pid } of all) {
    if (read(`/proc/${pid}/environ`).split('\0').includes(entry)) found.add(pid);
  }
  for (let grew = true; grew; ) {
    grew = false;
    for (const { pid, parent } of all) {
      if (found.has(pid) || !found.has(parent)) continue;
      found.add(pid);
      grew = true;
    }
  }
  return all.filter(({ pid }) => found.has(pid));
}

/** SIGKILL, but only to the very process that was seen. */
export function killProcess({ pid, startTime }: ProcessInfo): void {
  if (processInfo(pid)?.startTime !== startTime) return;
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

/** SO_ACCEPTCON in /proc/net/unix: the listening socket, not one of its connections. */
const LISTENING = '00010000';

function holdsSocket(pid: number, inode: string): boolean {
  const dir = `/proc/${pid}/fd`;
  const points = (fd: string) => {
    try {
      return readlinkSync(join(dir, fd)) === `socket:[${inode}]`;
    } catch {
      return false;
    }
  };
  try {
    return readdirSync(dir).some(points);
  } catch {
    return false;
  }
}

/** The pid of the process, `among` these, that listens on the Unix socket at `path`. */
export function listenerOf(path: string, among: readonly ProcessInfo[]): number | undefined {
  for (const line of read('/proc/net/unix').split('\n')) {
    const [, , , flags, , , inode, at] = line.trim().split(/\s+/);
    if (at !== path || flags !== LISTENING || inode === undefined) continue;
    // A guard has it open, too, but accepts nothing.
    const holder = among.find(
      ({ pid, command }) => !command.includes('codex-sessions-guard') && holdsSocket(pid, inode),
    );
    if (holder !== undefined) return holder.pid;
  }
  return undefined;
}
