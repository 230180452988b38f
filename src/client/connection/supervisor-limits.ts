/**
 * Sessions inherit the hard limits and the niceness of the supervisor, which has those of the shell
 * that started it. Only root can raise those limits or lower the niceness.
 */
import {
  asNumber,
  isCapable,
  limitsOf,
  nicenessOf,
  ownLimits,
  RESOURCES,
} from '../../platform/resource-limits.ts';
import { world } from '../../platform/world.ts';
import type { Welcome } from './connection.ts';

export interface SupervisorLimits {
  readonly text: string;
  readonly hint: string;
}

/**
 * Limits that sessions started from here cannot have because of this supervisor (`welcome`);
 * undefined if there are none, or if its pid belongs to another process here (platform/world.ts).
 * `mayLift`: what this process may do.
 */
export function supervisorLimits(
  welcome: Pick<Welcome, 'pid' | 'world'> | undefined,
  mayLift = isCapable,
): SupervisorLimits | undefined {
  if (welcome === undefined) return undefined;
  const { pid, world: there } = welcome;
  if (there !== undefined && there !== world()) return undefined;
  const [mine, theirs] = [ownLimits(), limitsOf(pid)];
  const found: string[] = [];
  for (const { resource, label } of RESOURCES) {
    const [wanted] = mine?.[resource] ?? [];
    const [, most] = theirs?.[resource] ?? [];
    if (wanted && most && asNumber(wanted) > asNumber(most) && !mayLift('resource'))
      found.push(`${label} ${most} (here ${wanted})`);
  }
  const [niceness, its] = [nicenessOf('self'), nicenessOf(pid)];
  if (niceness !== undefined && its !== undefined && its > niceness && !mayLift('nice'))
    found.push(`niceness ${its} (here ${niceness})`);
  if (found.length === 0) return undefined;
  return {
    text: `sessions have the limits of the shell that started the supervisor: ${found.join(', ')}`,
    hint: `They last until all sessions have ended. Root can lift them before that: prlimit, renice, pid ${pid}.`,
  };
}
