/** The supervisor as a process, which is known from its lock alone: also of one that hangs. */
import { sharesPids } from '../../platform/world.ts';
import { type Holder, isHolding, lockHolder } from '../../store/lock-holder.ts';
import type { StatePaths } from '../../store/paths.ts';

/**
 * The supervisor of this state directory; undefined without one, without the directory, and if it has its pids
 * from another container, where the same number is another process.
 */
export function supervisorHolder(paths: StatePaths): Holder | undefined {
  try {
    const holder = lockHolder(paths.lock);
    return holder && isHolding(holder) && sharesPids(holder.pid) ? holder : undefined;
  } catch {
    return undefined;
  }
}
