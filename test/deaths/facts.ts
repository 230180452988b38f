/** What the kernel knows of supervisors and guards. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { ProcessInfo } from '../support/process/processes.ts';
import type { Rig } from '../support/rig/rig.ts';

const GUARD = /codex-sessions-guard/;
const SUPERVISOR = /supervisor\.js/;

export function guardsOf(rig: Rig, all = rig.processes()): ProcessInfo[] {
  return all.filter(({ command }) => GUARD.test(command));
}

export function supervisorsOf(rig: Rig, all = rig.processes()): ProcessInfo[] {
  return all.filter(({ command }) => SUPERVISOR.test(command) && !GUARD.test(command));
}

export interface Usage {
  /** Each counted once, however often it is open. */
  readonly terminals: number;
  readonly sockets: number;
  readonly others: number;
  readonly rssMb: number;
}

/** All 0 if it is gone. */
export function usageOf(pid: number): Usage {
  const terminals = new Set<string>();
  let [sockets, others] = [0, 0];
  for (const [fd, to] of linksOf(pid)) {
    if (/ptmx$/.test(to)) terminals.add(terminalOf(pid, fd));
    else if (to.startsWith('socket:')) sockets++;
    else others++;
  }
  return { terminals: terminals.size, sockets, others, rssMb: rssMbOf(pid) };
}

/** Its number in /dev/pts. */
function terminalOf(pid: number, fd: string): string {
  try {
    const info = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8');
    return /tty-index:\s*(\d+)/.exec(info)?.[1] ?? fd;
  } catch {
    return fd;
  }
}

function linksOf(pid: number): Map<string, string> {
  const links = new Map<string, string>();
  try {
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      try {
        links.set(fd, readlinkSync(`/proc/${pid}/fd/${fd}`));
      } catch {
        // It was closed in this moment.
      }
    }
  } catch {
    // The process has ended.
  }
  return links;
}

function rssMbOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return 0;
  }
}

/** The sessions' programs among these, by the full name that their environment has. */
export function programsOf(all: readonly ProcessInfo[]): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const { pid } of all) {
    const name = sessionOf(pid);
    if (name !== undefined) found.set(name, [...(found.get(name) ?? []), pid]);
  }
  return found;
}

function sessionOf(pid: number): string | undefined {
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    const entry = entries.find((one) => one.startsWith('CODEX_SESSIONS_SESSION='));
    return entry?.slice(entry.indexOf('=') + 1);
  } catch {
    return undefined;
  }
}

/** For a report: who is there, and what each has open. */
export function describeFacts(rig: Rig): string {
  const all = rig.processes();
  const ours = [...supervisorsOf(rig, all), ...guardsOf(rig, all)];
  const lines = ours.map(({ pid }) => {
    const links = [...linksOf(pid)].map(([fd, to]) => `${fd}→${to}`).join(' ');
    return `  ${pid} ${JSON.stringify(usageOf(pid))} ${links}`;
  });
  return `--- open in supervisors and guards\n${lines.join('\n')}\n${rig.describe()}`;
}
