import { isHolding, lockHolder } from '../../store/lock-holder.ts';
import type { StatePaths } from '../../store/paths.ts';

/** The supervisor of this state directory; undefined without one, or without the directory. */
export function supervisorPid(paths: StatePaths): number | undefined {
  try {
    const holder = lockHolder(paths.lock);
    return holder && isHolding(holder) ? holder.pid : undefined;
  } catch {
    return undefined;
  }
}
