/**
 * Ends a session: by signals that a program can handle, then by SIGKILL. Only the session's own
 * processes get them: a server that several Codex processes share is not in their process groups.
 */
import { endJobs, type Job, signalJobs } from './background-jobs.ts';
import type { Session } from './session.ts';
import type { SessionTable } from './table.ts';

/** After SIGKILL only the last output remains to be read. */
const AFTER_KILL_MS = 5_000;

/** Jobs were signalled with the program. Less than an exiting supervisor waits for its last messages. */
const JOBS_GRACE_MS = 200;

/**
 * Resolves to true when the session has ended, to false if not even SIGKILL ended it in time. `jobs`:
 * its background jobs.
 */
export async function endSession(
  table: SessionTable,
  session: Session,
  jobs: readonly Job[],
  graceMs: number,
): Promise<boolean> {
  const gone = table.whenEnded(session);
  session.killed = true;
  // A stopped process handles the others only after SIGCONT.
  for (const signal of ['SIGHUP', 'SIGTERM', 'SIGCONT'] as const) {
    session.signal(signal);
    signalJobs(jobs, signal);
  }
  let ended = await within(gone, graceMs);
  if (!ended) {
    session.signal('SIGKILL');
    ended = await within(gone, AFTER_KILL_MS);
  }
  await endJobs(jobs, JOBS_GRACE_MS);
  return ended;
}

async function within(event: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([event.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
