/**
 * Identifies what a process can see of the machine: containers and sandboxes have processes and
 * files of their own.
 */
import { readlinkSync } from 'node:fs';
import { bootId } from './process-identity.ts';

/**
 * An opaque id of this process's boot, pid namespace and mount namespace (namespaces(7)), the same
 * for processes that see the same. Undefined if the system has none, or hides them (a sandbox
 * without /proc). Takes 30 µs and is not cached, as the startup snapshot is used in several worlds.
 */
export function world(): string | undefined {
  try {
    const [pid, mount] = ['pid', 'mnt'].map((name) => readlinkSync(`/proc/self/ns/${name}`));
    const boot = bootId();
    return boot === '' ? undefined : `${boot} ${pid} ${mount}`;
  } catch {
    return undefined;
  }
}

/**
 * Whether a process shares our pid namespace, so that a pid that it has written down means the same
 * process to us. True if that cannot be told: without namespaces, or for another user's process.
 */
export function sharesPids(pid: number): boolean {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`) === readlinkSync('/proc/self/ns/pid');
  } catch {
    return true;
  }
}
