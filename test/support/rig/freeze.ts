/** A program that is at work never comes to rest by itself. */
import { listProcesses } from '../process/processes.ts';
import type { Rig } from './rig.ts';

/**
 * The whole process tree of the rig's session stands still: what a terminal is shown comes from us alone.
 * @returns lets it go on
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
