import { world } from '../../platform/world.ts';
import type { Connection } from '../connection/connection.ts';

/**
 * Whether the supervisor lives in another container or sandbox, with other processes and files,
 * where sessions would start. False if that is not known, and before the supervisor's first answer.
 */
export function isInOtherWorld({ welcome }: Connection): boolean {
  const there = welcome?.world;
  if (there === undefined) return false;
  const here = world();
  return here !== undefined && here !== there;
}
