/**
 * Names the guard beside the locks, in a link as theirs: where the supervisor has died and its guard lives,
 * that is about to be the next one, whether the socket can be reached at this moment or not.
 */
import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { type Holder, isHolding, linkTarget, readHolder } from './lock-holder.ts';
import type { StatePaths } from './paths.ts';

type Path = Pick<StatePaths, 'guard'>;

/** To be called before the guard of before goes. Where it cannot be written, the one before is named. */
export function nameGuard({ guard }: Path, pid: number): void {
  const next = `${guard}.${process.pid}.tmp`;
  try {
    rmSync(next, { force: true });
    symlinkSync(linkTarget(pid), next);
    renameSync(next, guard);
  } catch {
    // The disk is full, or read-only.
  }
}

/** Undefined if none lives. */
export function livingGuard({ guard }: Path): Holder | undefined {
  const named = readHolder(guard);
  return named && isHolding(named) ? named : undefined;
}
