/** Who holds the lock of a state directory; store/lock.ts takes it. */
import { readdirSync, readlinkSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { bootId, isAlive, startTimeOf } from '../platform/process-identity.ts';

/** Boot id, pid and start time. */
const TARGET = /^([^:]*):(\d+):(.*)$/s;

export interface Holder {
  readonly bootId: string;
  readonly pid: number;
  readonly startTime: string;
}

/** The target of a link that names this process. */
export function linkTarget(pid: number): string {
  return `${bootId()}:${pid}:${startTimeOf(pid) ?? ''}`;
}

export function isHolding(holder: Holder): boolean {
  return holder.bootId === bootId() && isAlive(holder.pid, holder.startTime);
}

/** The holder of the highest lock, alive or not. `prefix` is the path without the number. */
export function lockHolder(prefix: string): Holder | undefined {
  const highest = highestLock(prefix);
  return highest === 0 ? undefined : readHolder(`${prefix}.${highest}`);
}

/** The numbers of all locks. */
export function locks(prefix: string): number[] {
  const stem = `${basename(prefix)}.`;
  return readdirSync(dirname(prefix))
    .filter((name) => name.startsWith(stem) && /^[1-9]\d{0,14}$/.test(name.slice(stem.length)))
    .map((name) => Number(name.slice(stem.length)));
}

/** 0 if there is none. */
export function highestLock(prefix: string): number {
  return Math.max(0, ...locks(prefix));
}

export function readHolder(path: string): Holder | undefined {
  try {
    // On macOS a start time has colons of its own.
    const [, boot = '', pid, startTime = ''] = TARGET.exec(readlinkSync(path)) ?? [];
    return pid === undefined ? undefined : { bootId: boot, pid: Number(pid), startTime };
  } catch {
    return undefined;
  }
}
