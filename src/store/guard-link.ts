/**
 * Names the guard in a link beside the locks, in the same form. If the supervisor has died and its
 * guard is alive, that is about to be the next supervisor, whether or not the socket can be reached
 * at the moment.
 */
import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { type Holder, isHolding, linkTarget, readHolder } from './lock-holder.ts';
import type { StatePaths } from './paths.ts';

type Path = Pick<StatePaths, 'guard'>;

/**
 * To be called before the previous guard ends. If the link cannot be written, it still names the
 * previous one.
 */
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

/** Undefined if there is none alive. */
export function livingGuard({ guard }: Path): Holder | undefined {
  const named = readHolder(guard);
  return named && isHolding(named) ? named : undefined;
}
