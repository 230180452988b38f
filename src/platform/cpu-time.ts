/** How much processor time a process has used, from Linux's /proc. */
import { readFileSync } from 'node:fs';

/** Times in /proc are in units of 1/100 s on every architecture (proc(5), USER_HZ). */
const TICK_MS = 10;

/** A process tree deeper or larger than this is not a starting Codex. */
const LEVELS_MAX = 4;
const PROCESSES_MAX = 64;

/**
 * Of the process and its descendants, in ms; undefined if it is gone, or if this is not Linux.
 * npm's `codex` is a script whose child is Codex itself, and a version manager's shim may start
 * that script.
 */
export function cpuTimeOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  let sum = ticksOf(pid);
  if (sum === undefined) return undefined;
  let level = [pid];
  for (let depth = 0; depth < LEVELS_MAX && level.length > 0; depth++) {
    level = level.flatMap(childrenOf).slice(0, PROCESSES_MAX);
    for (const child of level) sum += ticksOf(child) ?? 0;
  }
  return sum * TICK_MS;
}

function ticksOf(pid: number): number | undefined {
  const text = read(`/proc/${pid}/stat`);
  // The name before these fields may contain spaces and parentheses; utime and stime are fields 14
  // and 15.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields && Number(fields[11]) + Number(fields[12]);
}

/** None if the kernel does not list them (CONFIG_PROC_CHILDREN). */
function childrenOf(pid: number): number[] {
  const text = read(`/proc/${pid}/task/${pid}/children`) ?? '';
  return text.split(' ').filter(Boolean).map(Number);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
