/**
 * Commands in place of a container: with processes and mounts of their own, and the same files
 * below.
 */
import { spawnSync } from 'node:child_process';

const UNSHARE = ['--pid', '--fork', '--mount', '--mount-proc'];

/** Only root may do this, and only if the test itself is not confined. */
export const canUnshare = spawnSync('unshare', [...UNSHARE, 'true']).status === 0;
export const NEEDS_UNSHARE = canUnshare ? '' : ' (needs unshare, as root)';

/** File and arguments that run a command there. */
export function unshared(file: string, args: readonly string[]): { file: string; args: string[] } {
  return { file: 'unshare', args: [...UNSHARE, file, ...args] };
}
