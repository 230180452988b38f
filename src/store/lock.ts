/**
 * Exactly one supervisor per state directory, however many start at the same moment.
 *
 * A lock is a symlink `supervisor.lock.N` whose target names its holder: boot id, pid and start
 * time. Making a symlink is atomic and exclusive, on every file system. A stale lock N is taken
 * over by making N+1, and the highest number is never removed, so numbers only grow: no two
 * contenders can win the same number, and one that looked too early finds a higher one afterwards.
 */
import { rmSync, symlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { errorCode } from '../platform/errors.ts';
import {
  type Holder,
  highestLock,
  isHolding,
  linkTarget,
  lockHolder,
  locks,
  readHolder,
} from './lock-holder.ts';

export { type Holder, isHolding, lockHolder } from './lock-holder.ts';

/** After this many lost tries, something else must be removing our files. */
const TRIES_MAX = 100;

/**
 * Takes the lock, or returns its holder. `prefix` is the path without the number; `predecessor` is the
 * pid of a holder that gives it up to us.
 */
export function acquireLock(
  prefix: string,
  predecessor?: number,
): { readonly held: true } | { readonly held: false; readonly by: Holder } {
  const target = linkTarget(process.pid);
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

/** Whether the highest lock exists and is ours. */
export function isHeldByUs(prefix: string): boolean {
  try {
    const holder = lockHolder(prefix);
    return holder?.pid === process.pid && isHolding(holder);
  } catch (error) {
    // The directory is gone; or no descriptor is free, which says nothing about the lock.
    return ['EMFILE', 'ENFILE'].includes(errorCode(error) ?? '');
  }
}

function removeBelow(prefix: string, mine: number): void {
  for (const n of locks(prefix)) {
    try {
      if (n < mine) rmSync(join(dirname(prefix), `${basename(prefix)}.${n}`), { force: true });
    } catch {
      // A directory, for instance; below ours it does not count as a lock.
    }
  }
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
