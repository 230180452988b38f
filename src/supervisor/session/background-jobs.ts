/**
 * A session's background jobs: when a terminal goes, the kernel signals only its foreground. A server
 * that several sessions share is no such job, as it has no terminal open, nor is a process that has
 * made itself a session of its own (setsid).
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { isAlive, signalIf, statOf } from '../../platform/process-identity.ts';

const POLL_MS = 20;

export interface Job {
  readonly pid: number;
  readonly startTime: string;
}

/**
 * The processes that have the terminals of these session leaders (pids, setsid) open, by leader,
 * without the leaders. Looks at all processes, which takes some milliseconds; always empty on macOS,
 * where it cannot be found out.
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

/** Gives them so long to exit by themselves, then kills them. */
export async function endJobs(jobs: readonly Job[], graceMs: number): Promise<void> {
  const deadline = Date.now() + graceMs;
  const left = () => jobs.filter(({ pid, startTime }) => isAlive(pid, startTime));
  while (left().length > 0 && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  signalJobs(left(), 'SIGKILL');
}
