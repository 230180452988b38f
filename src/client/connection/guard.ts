/**
 * Finds the guard of a supervisor that cannot be asked: a shell that waits to become its successor.
 */
import { childrenWithArgument, type FoundProcess } from '../../platform/child-processes.ts';
import { GUARD_NAME } from '../../protocol/guard-name.ts';

/** Undefined if there is none. */
export function findGuard(supervisor: number): FoundProcess | undefined {
  // While one replaces another there are two; the newer one knows more sessions.
  return childrenWithArgument(supervisor, GUARD_NAME).sort((a, b) => b.pid - a.pid)[0];
}
