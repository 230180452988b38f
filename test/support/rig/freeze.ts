/** Stops a program: one that is working never comes to rest by itself. */
import { listProcesses } from '../process/processes.ts';
import type { Rig } from './rig.ts';

/**
 * Stops the whole process tree of the rig's session, so that whatever a terminal is shown comes
 * from us.
 * @returns a function that continues it
 */
export async function freeze(rig: Rig): Promise<() => void> {
  const [session] = await rig.list();
  const tree = new Set([session?.pid ?? 0]);
  const all = listProcesses();
  for (let size = 0; size !== tree.size; ) {
    size = tree.size;
    for (const { pid, parent } of all) if (tree.has(parent)) tree.add(pid);
  }
  for (const pid of tree) process.kill(pid, 'SIGSTOP');
  return () => {
    for (const pid of tree) process.kill(pid, 'SIGCONT');
  };
}
