/**
 * Finds the children of another process, one that cannot be asked itself. Linux only: elsewhere
 * none are found.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { type ProcessStat, statOf } from './process-identity.ts';

export interface FoundProcess {
  readonly pid: number;
  readonly stat: ProcessStat;
}

/**
 * The children of a process that have exactly this argument on their command line. Takes some 10 µs
 * per process.
 */
export function childrenWithArgument(parent: number, argument: string): FoundProcess[] {
  return pids().flatMap((pid) => {
    const stat = statOf(pid);
    if (stat?.parent !== parent || stat.state === 'Z') return [];
    return argumentsOf(pid).includes(argument) ? [{ pid, stat }] : [];
  });
}

function pids(): number[] {
  if (process.platform !== 'linux') return [];
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function argumentsOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
