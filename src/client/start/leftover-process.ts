/**
 * Ends the leftover process of a session whose supervisor died. Most Codex processes exit when their
 * terminal closes; one that does not is out of reach, and would keep its conversation from being opened
 * again or, worse, go on writing to it beside its successor.
 */
import { bootId, isAlive, startTimeOf, statOf } from '../../platform/process-identity.ts';
import type { SessionRecord } from '../../store/record.ts';

/** Codex 0.169 exits some 0.3 s after its terminal closes, on a loaded machine after ten times that. */
const LEAVE_MS = 4_000;
/** Wait after each signal. */
const SIGNAL_MS = 2_000;
const POLL_MS = 25;

/**
 * Resolves when the session's old process is gone. Only for a session that is not live. `writer` is the
 * pid of the process that has its conversation open, if there is one.
 * @returns false when a process cannot be ended
 */
export async function endLeftover(
  record: SessionRecord,
  writer: number | undefined,
): Promise<boolean> {
  if (!record.bootId || record.bootId !== bootId()) return true;
  if (record.end === null && record.pidStart && !(await end(record.pid, record.pidStart)))
    return false;
  if (writer === undefined || !isOf(record, writer)) return true;
  const start = startTimeOf(writer);
  return start === undefined || end(writer, start);
}

/** Whether a process belongs to the session's old terminal: a pid in use as a session id is not reused. */
export function isOf(record: SessionRecord, pid: number): boolean {
  if (!record.bootId || record.bootId !== bootId()) return false;
  return pid === record.pid || statOf(pid)?.sessionId === record.pid;
}

async function end(pid: number, startTime: string): Promise<boolean> {
  if (await gone(pid, startTime, LEAVE_MS)) return true;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    signalGroup(pid, signal);
    if (await gone(pid, startTime, SIGNAL_MS)) return true;
  }
  return false;
}

/** The session leader also leads a process group: children of a wrapper script are signalled too. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
    } catch {
      // Gone, or not a group leader.
    }
  }
}

async function gone(pid: number, startTime: string, limitMs: number): Promise<boolean> {
  const limit = Date.now() + limitMs;
  while (isAlive(pid, startTime)) {
    if (Date.now() > limit) return false;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return true;
}
