import type { SessionInfo } from '../protocol/messages.ts';

/** Whether both are the same session, which may have been renamed or started again. */
export function isSame(a: SessionInfo, b: SessionInfo): boolean {
  const areOne = a.state === 'running' && b.state === 'running' && a.pid === b.pid;
  return a.fullName === b.fullName || (a.pid !== null && areOne);
}
