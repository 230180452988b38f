/**
 * Records that a supervisor is ended on purpose, so that its successor does not count this as one
 * of too many deaths: a link beside the locks that names the process, in the same form.
 */
import { readlinkSync, rmSync, symlinkSync } from 'node:fs';
import type { Holder } from './lock-holder.ts';
import type { StatePaths } from './paths.ts';

type Process = Pick<Holder, 'pid' | 'startTime'>;

/**
 * To be called before the supervisor is ended. If it cannot be written, the death counts as any
 * other.
 */
export function sayEndIsMeant(paths: Pick<StatePaths, 'meantEnd'>, ended: Process): void {
  try {
    rmSync(paths.meantEnd, { force: true });
    symlinkSync(nameOf(ended), paths.meantEnd);
  } catch {
    // The disk is full, or read-only.
  }
}

/** Whether the death of this process was meant; can be asked once, as it removes the link. */
export function wasEndMeant(paths: Pick<StatePaths, 'meantEnd'>, ended: Process): boolean {
  try {
    const meant = readlinkSync(paths.meantEnd) === nameOf(ended);
    rmSync(paths.meantEnd, { force: true });
    return meant;
  } catch {
    return false;
  }
}

function nameOf({ pid, startTime }: Process): string {
  return `${pid}:${startTime}`;
}
