/**
 * What a session's program has put into the background: the kernel tells only the program in front
 * that its terminal is going. A server that several sessions share holds no terminal, so it is no
 * such job, and what has made itself a session of its own is none either.
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { isAlive, signalIf, statOf } from '../../platform/process-identity.ts';

const POLL_MS = 20;

export interface Job {
  readonly pid: number;
  readonly startTime: string;
}

/**
 * The processes that hold the terminals of these session leaders, by leader; without the leaders.
 * One look at all processes, some milliseconds; on macOS, where it cannot be told, always empty.
 */
export function jobsOf(leaders: ReadonlySet<number>): ReadonlyMap<number, readonly Job[]> {
  const jobs = new Map<number, Job[]>();
  if (process.platform !== 'linux' || leaders.size === 0) return jobs;
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || leaders.has(pid)) continue;
    const stat = statOf(pid);
    if (!stat || !leaders.has(stat.sessionId) || !holdsTerminal(pid)) continue;
    const own = jobs.get(stat.sessionId) ?? [];
    own.push({ pid, startTime: stat.startTime });
    jobs.set(stat.sessionId, own);
  }
  return jobs;
}

function holdsTerminal(pid: number): boolean {
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

/** Gives them so long to go by themselves, then ends them. */
export async function endJobs(jobs: readonly Job[], graceMs: number): Promise<void> {
  const deadline = Date.now() + graceMs;
  const left = () => jobs.filter(({ pid, startTime }) => isAlive(pid, startTime));
  while (left().length > 0 && Date.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  signalJobs(left(), 'SIGKILL');
}
