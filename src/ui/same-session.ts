import type { SessionInfo } from '../protocol/messages.ts';
import { machineOf } from '../store/host-names.ts';

/** Whether both are the same session, which may have been renamed or started again. */
export function isSame(a: SessionInfo, b: SessionInfo): boolean {
  const areOne =
    a.state === 'running' &&
    b.state === 'running' &&
    a.pid === b.pid &&
    machineOf(a.fullName) === machineOf(b.fullName);
  return a.fullName === b.fullName || (a.pid !== null && areOne);
}
