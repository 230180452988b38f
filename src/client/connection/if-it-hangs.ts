/** What to do about a supervisor that does not answer. */
import { statOf } from '../../platform/process-identity.ts';
import { sharesPids } from '../../platform/world.ts';
import { livingGuard } from '../../store/guard-link.ts';
import type { StatePaths } from '../../store/paths.ts';
import { supervisorHolder } from './supervisor-holder.ts';

const REPLACES = '"codex-sessions supervisor restart --force" replaces it.';
export const IF_IT_HANGS = `It may hang or be stopped; ${REPLACES}`;

/**
 * As {@link IF_IT_HANGS}, but names the processes that are stopped (SIGSTOP); nothing is lost if they are
 * continued.
 */
export function ifItHangs(paths: StatePaths): string {
  const supervisor = supervisorHolder(paths)?.pid;
  const guard = livingGuard(paths)?.pid;
  const guardStopped = guard !== undefined && sharesPids(guard) && isStopped(guard);
  if (supervisor === undefined)
    return guardStopped
      ? `It has died, and its guard is stopped: kill -CONT ${guard}.`
      : IF_IT_HANGS;
  if (!isStopped(supervisor)) return IF_IT_HANGS;
  const both = guardStopped ? `, and so is its guard: kill -CONT ${supervisor} ${guard}` : '';
  return `It is stopped${both || `: kill -CONT ${supervisor}`}. Or ${REPLACES}`;
}

function isStopped(pid: number): boolean {
  return /^t$/i.test(statOf(pid)?.state ?? '');
}
