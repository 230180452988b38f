/**
 * Says that a supervisor's death was meant, for its successor not to take it for one of too many: a link
 * beside the locks whose target names the process, as theirs do.
 */
import { readlinkSync, rmSync, symlinkSync } from 'node:fs';
import type { Holder } from './lock-holder.ts';
import type { StatePaths } from './paths.ts';

type Process = Pick<Holder, 'pid' | 'startTime'>;

/** To be called before it is ended. Where it cannot be written, its death counts as any other. */
export function sayEndIsMeant(paths: Pick<StatePaths, 'meantEnd'>, ended: Process): void {
  try {
    rmSync(paths.meantEnd, { force: true });
    symlinkSync(nameOf(ended), paths.meantEnd);
  } catch {
    // The disk is full, or read-only.
  }
}

/** Whether the death of this process was meant; it is asked once. */
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
