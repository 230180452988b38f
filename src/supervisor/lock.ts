/**
 * Exactly one supervisor a state directory, however many start at the same moment.
 *
 * A lock is a symlink `supervisor.lock.N` whose target names its holder: boot id, pid and start
 * time. Making a symlink is atomic and exclusive, on every file system. A stale lock N is taken
 * over by making N+1, and the highest number is never removed, so numbers only grow: no two
 * contenders can win the same number, and one that looked too early finds a higher one afterwards.
 */
import { readdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../errors.ts';
import { bootId, isAlive, startTimeOf } from '../process-identity.ts';

/** More contenders than this in a row mean that something else removes our files. */
const TRIES_MAX = 100;

export interface Holder {
  readonly bootId: string;
  readonly pid: number;
  readonly startTime: string;
}

/**
 * Takes the lock, or tells who has it. `prefix` is the path without the number; `predecessor` is
 * the pid of a holder that gives it up to us.
 */
export function acquireLock(
  prefix: string,
  predecessor?: number,
): { readonly held: true } | { readonly held: false; readonly by: Holder } {
  const target = `${bootId()}:${process.pid}:${startTimeOf(process.pid) ?? ''}`;
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const highest = highestLock(prefix);
    const holder = highest === 0 ? undefined : readHolder(`${prefix}.${highest}`);
    if (holder && holder.pid !== predecessor && isHolding(holder))
      return { held: false, by: holder };
    const mine = highest + 1;
    if (!makeLink(target, `${prefix}.${mine}`)) continue;
    if (highestLock(prefix) === mine) {
      removeBelow(prefix, mine);
      return { held: true };
    }
    rmSync(`${prefix}.${mine}`, { force: true });
  }
  throw new Error(`the lock ${prefix}.* could not be taken in ${TRIES_MAX} tries`);
}

export function isHolding(holder: Holder): boolean {
  return holder.bootId === bootId() && isAlive(holder.pid, holder.startTime);
}

/** The holder of the highest lock, alive or not. */
export function lockHolder(prefix: string): Holder | undefined {
  const highest = highestLock(prefix);
  return highest === 0 ? undefined : readHolder(`${prefix}.${highest}`);
}

function locks(prefix: string): number[] {
  const stem = `${basename(prefix)}.`;
  return readdirSync(dirname(prefix))
    .filter((name) => name.startsWith(stem) && /^[1-9]\d{0,14}$/.test(name.slice(stem.length)))
    .map((name) => Number(name.slice(stem.length)));
}

function highestLock(prefix: string): number {
  return Math.max(0, ...locks(prefix));
}

function removeBelow(prefix: string, mine: number): void {
  for (const n of locks(prefix))
    if (n < mine) rmSync(join(dirname(prefix), `${basename(prefix)}.${n}`), { force: true });
}

function makeLink(target: string, path: string): boolean {
  try {
    symlinkSync(target, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function readHolder(path: string): Holder | undefined {
  try {
    const [boot = '', pid = '', startTime = ''] = readlinkSync(path).split(':');
    return /^\d+$/.test(pid) ? { bootId: boot, pid: Number(pid), startTime } : undefined;
  } catch {
    return undefined;
  }
}
