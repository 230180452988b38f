/** What the kernel counts of processes. Linux only, as all of the bench is. */
import { readdirSync, readFileSync } from 'node:fs';

function read(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

export interface Running {
  readonly pid: number;
  readonly command: string;
}

/** The processes that have this entry (`KEY=value`) in their environment. */
export function processesMarked(entry: string): Running[] {
  const found: Running[] = [];
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || !read(`/proc/${name}/environ`).split('\0').includes(entry)) continue;
    const command = read(`/proc/${name}/cmdline`).replaceAll('\0', ' ').trim();
    if (command !== '') found.push({ pid: Number(name), command });
  }
  return found;
}

/** Memory that would be free without these processes, in bytes. */
export function privateBytes(pids: readonly number[]): number {
  return bytesOf(pids, /^Private_\w+:\s+(\d+)/gm);
}

/** All memory of these processes, with what they share with others, such as Node's own code; bytes. */
export function residentBytes(pids: readonly number[]): number {
  return bytesOf(pids, /^Rss:\s+(\d+)/gm);
}

function bytesOf(pids: readonly number[], line: RegExp): number {
  let kb = 0;
  for (const pid of pids)
    for (const [, count] of read(`/proc/${pid}/smaps_rollup`).matchAll(line)) kb += Number(count);
  return kb * 1024;
}

export interface Activity {
  /** ms on a CPU. */
  readonly cpuMs: number;
  /** Times that a thread was put on a CPU. */
  readonly switches: number;
}

export function activityOf(pids: readonly number[]): Activity {
  let ns = 0;
  let switches = 0;
  for (const pid of pids)
    for (const task of tasksOf(pid)) {
      ns += Number(read(`/proc/${pid}/task/${task}/schedstat`).split(' ')[0] ?? 0);
      const status = read(`/proc/${pid}/task/${task}/status`);
      for (const [, count] of status.matchAll(/ctxt_switches:\s+(\d+)/g)) switches += Number(count);
    }
  return { cpuMs: ns / 1e6, switches };
}

function tasksOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}
