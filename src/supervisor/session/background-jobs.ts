/**
 * A session's background jobs: when a terminal hangs up, the kernel signals only its foreground. Not
 * among them are a server that several sessions share, as it has no terminal open, and a process that
 * has called setsid(2).
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { isAlive, signalIf, statOf } from '../../platform/process-identity.ts';

const POLL_MS = 20;
/** The kernel takes a millisecond to end a killed process, on a loaded machine more. */
const KILLED_MS = 100;

export interface Job {
  readonly pid: number;
  readonly startTime: string;
}

/**
 * The processes that have the terminals of these session leaders (pids; see setsid(2)) open, by
 * leader, without the leaders. Scans all processes, which takes some milliseconds; empty on macOS,
 * where they cannot be determined.
 */
export function jobsOf(leaders: ReadonlySet<number>): ReadonlyMap<number, readonly Job[]> {
  const jobs = new Map<number, Job[]>();
  if (process.platform !== 'linux' || leaders.size === 0) return jobs;
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || leaders.has(pid)) continue;
    const stat = statOf(pid);
    if (!stat || !leaders.has(stat.sessionId) || !hasTerminal(pid)) continue;
    const own = jobs.get(stat.sessionId) ?? [];
    own.push({ pid, startTime: stat.startTime });
    jobs.set(stat.sessionId, own);
  }
  return jobs;
}

function hasTerminal(pid: number): boolean {
  return [0, 1, 2].some((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('/dev/pts/');
    } catch {
      return false;
    }
  });
}

export function signalJobs(jobs: readonly Job[], signal: NodeJS.Signals): void {
  for (const { pid, startTime } of jobs) signalIf(pid, startTime, signal);
}

/**
 * Waits up to `graceMs` for the jobs to exit, then kills them and waits for a moment until they are
 * gone.
 */
export async function endJobs(jobs: readonly Job[], graceMs: number): Promise<void> {
  await gone(jobs, graceMs);
  const left = jobs.filter(isRunning);
  signalJobs(left, 'SIGKILL');
  await gone(left, KILLED_MS);
}

async function gone(jobs: readonly Job[], limitMs: number): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (jobs.some(isRunning) && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
}

function isRunning({ pid, startTime }: Job): boolean {
  return isAlive(pid, startTime);
}
