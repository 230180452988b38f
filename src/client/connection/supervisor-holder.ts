/** The supervisor as a process, as its lock names it: this also works if it hangs. */
import { sharesPids } from '../../platform/world.ts';
import { type Holder, isHolding, lockHolder } from '../../store/lock-holder.ts';
import type { StatePaths } from '../../store/paths.ts';

/**
 * The supervisor of this state directory; undefined if there is none, if there is no directory, or
 * if it has the pids of another container, where the same number is another process.
 */
export function supervisorHolder(paths: StatePaths): Holder | undefined {
  try {
    const holder = lockHolder(paths.lock);
    return holder && isHolding(holder) && sharesPids(holder.pid) ? holder : undefined;
  } catch {
    return undefined;
  }
}
