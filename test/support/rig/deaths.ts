/** Deaths of a supervisor that nobody outlives: its guard dies with it. */
import { isAlive, killProcess, type ProcessInfo, processInfo } from '../process/processes.ts';
import type { Rig } from './rig.ts';

/** What a guard is called among processes. */
export const GUARD = /codex-sessions-guard/;

export function guardsOf(rig: Rig): ProcessInfo[] {
  return rig.processes().filter(({ command }) => GUARD.test(command));
}

/**
 * The supervisor and its guard, by `kill -9` at once: the sessions are lost.
 * @throws Error if there is no supervisor
 */
export async function loseSupervisor(rig: Rig): Promise<void> {
  const pid = rig.supervisorPid();
  const supervisor = pid === undefined ? undefined : processInfo(pid);
  if (!supervisor) throw new Error('no supervisor');
  // So that it does not start another guard in between.
  process.kill(supervisor.pid, 'SIGSTOP');
  await rig.waitUntil(() => processInfo(supervisor.pid)?.state === 'T', 'it to be stopped');
  const child = ({ parent, command }: ProcessInfo) =>
    parent === supervisor.pid && /supervisor\.js/.test(command);
  for (const one of rig.processes().filter((all) => GUARD.test(all.command) || child(all)))
    killProcess(one);
  killProcess(supervisor);
  await rig.waitUntil(() => !isAlive(supervisor.pid), 'the supervisor to be gone');
}
