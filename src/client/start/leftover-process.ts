/**
 * Ends the leftover process of a session whose supervisor died. Its terminal is closed, which ends
 * most Codex processes at once; one that outlives its terminal is out of reach, and would keep its
 * conversation from being opened again or, worse, go on writing to it beside its successor.
 */
import { bootId, isAlive, startTimeOf, statOf } from '../../platform/process-identity.ts';
import type { SessionRecord } from '../../store/record.ts';

/** 0.169 needs some 0.3 s to go after its terminal has; a loaded machine, ten times that. */
const LEAVE_MS = 4_000;
/** After each signal. */
const SIGNAL_MS = 2_000;
const POLL_MS = 25;

/**
 * Resolves when nothing of the session's old process is left. Only for a session that no supervisor
 * holds. `writer` is the pid of the process that has its conversation open, if there is one.
 * @returns false when something is left that cannot be ended
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

/** Whether a process belongs to the session's old terminal; its number is not given away meanwhile. */
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

/** The leader of a terminal's session leads a group of its own: what a script has started goes too. */
function signalGroup(pid: number, signal: NodeJS.Signals): void {
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, signal);
    } catch {
      // Gone, or no group.
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
