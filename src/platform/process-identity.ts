/**
 * The kernel reuses pids; pid and start time together identify a process for good. Any process other than
 * our own live children is watched and signalled with these functions.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { errorCode } from './errors.ts';

/** Long enough for a loaded machine; `ps` itself needs a few milliseconds. */
const PS_TIMEOUT_MS = 2000;

/** From /proc/<pid>/stat on Linux, else from `ps`. */
export interface ProcessStat {
  /** One letter: R, S, D, T, Z (ended, not yet waited for), X (gone). */
  state: string;
  /** -1 if unknown. */
  parent: number;
  sessionId: number;
  processGroup: number;
  /** Device number of the controlling terminal as in stat(2); 0 if it has none, -1 if unknown. */
  terminal: number;
  /** Foreground process group of the controlling terminal, -1 without one. */
  foregroundPgid: number;
  /** Opaque; stays the same for a process, and differs for the next one with its pid. */
  startTime: string;
}

/** Undefined if there is no such process. */
export function statOf(pid: number): ProcessStat | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return process.platform === 'linux' ? statFromProc(pid) : statFromPs(pid);
}

/** The last read failed for lack of descriptors, which says nothing about the process. */
let unreadable = false;

function statFromProc(pid: number): ProcessStat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    unreadable = false;
  } catch (error) {
    unreadable = ['EMFILE', 'ENFILE'].includes(errorCode(error) ?? '');
    return undefined;
  }
  // The second field is the program's name in parentheses, which may itself contain spaces and
  // parentheses, so fields are counted from the last one (proc(5): the state is field 3).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  if (state === undefined || startTime === undefined) return undefined;
  const [, parent, processGroup, sessionId, terminal, foregroundPgid] = fields.map(Number);
  return {
    state,
    parent: parent ?? -1,
    processGroup: processGroup ?? -1,
    sessionId: sessionId ?? -1,
    terminal: terminal ?? -1,
    foregroundPgid: foregroundPgid ?? -1,
    startTime,
  };
}

function statFromPs(pid: number): ProcessStat | undefined {
  let text: string;
  try {
    text = execFileSync('ps', ['-o', 'stat=,pgid=,tpgid=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: PS_TIMEOUT_MS,
      // The start time is in local time, and users travel.
      env: { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' },
    });
  } catch {
    return undefined;
  }
  const [state, group, foreground, ...start] = text.trim().split(/\s+/);
  if (state === undefined || start.length === 0) return undefined;
  // macOS would print a kernel address or 0 for the session, so it counts as unknown (-1).
  return {
    state: state.slice(0, 1),
    parent: -1,
    sessionId: -1,
    processGroup: Number(group),
    terminal: -1,
    foregroundPgid: Number(foreground),
    startTime: start.join(' '),
  };
}

/**
 * Whether we are in the foreground process group of the controlling terminal, and so not a
 * background job.
 */
export function isForeground(): boolean {
  const stat = statOf(process.pid);
  return stat !== undefined && stat.processGroup === stat.foregroundPgid;
}

/** The start time of a process, to be stored with its pid. */
export function startTimeOf(pid: number): string | undefined {
  return statOf(pid)?.startTime;
}

/** Whether exactly this process is still running. A zombie is not. */
export function isAlive(pid: number, startTime: string): boolean {
  const stat = statOf(pid);
  // All sessions would be lost if a supervisor were taken for dead for lack of descriptors.
  if (stat === undefined && unreadable) return exists(pid);
  return (
    stat !== undefined && stat.startTime === startTime && stat.state !== 'Z' && stat.state !== 'X'
  );
}

/** Needs no descriptor, but does not notice if the pid was reused. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/**
 * Signals exactly this process.
 * @returns whether it was running and could be signalled
 */
export function signalIf(pid: number, startTime: string, signal: NodeJS.Signals): boolean {
  if (!isAlive(pid, startTime)) return false;
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}

/** Identifies this boot of the machine; empty if the system does not tell. */
export function bootId(): string {
  // Cached, as it is also needed when no file can be opened.
  boot ??= readBootId();
  return boot ?? '';
}

let boot: string | undefined;

function readBootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return undefined;
  }
}
