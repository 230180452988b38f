/**
 * Closes descriptors that were inherited by accident. Neither PTY masters nor descriptors that we
 * have inherited ourselves are close-on-exec: a successor gets the latter twice, and masters of a
 * terminal emulator among our ancestors may come along too. They would keep a terminal, or a
 * socket, open after its end.
 */
import { closeSync, readdirSync, readlinkSync } from 'node:fs';
import { TAKE_OVER_FD } from './state.ts';

const MASTER = /^\/dev\/(?:pts\/)?ptmx$/;
const MEMORY_FILE = /^\/dev\/shm\/#\d+ \(deleted\)$/;

/** Closes all masters, memory files, and copies of our sockets, except `ours`. */
export function closeStrayDescriptors(ours: ReadonlySet<number>): void {
  const sockets = new Set(
    [...ours].map(targetOf).filter((target) => target?.startsWith('socket:')),
  );
  for (const name of descriptors()) {
    const fd = Number(name);
    if (fd <= TAKE_OVER_FD || ours.has(fd)) continue;
    const target = targetOf(fd);
    if (target === undefined) continue;
    if (MASTER.test(target) || MEMORY_FILE.test(target) || sockets.has(target)) closeSync(fd);
  }
}

/** Undefined for the descriptor that lists the directory itself. */
function targetOf(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return undefined;
  }
}

function descriptors(): string[] {
  try {
    return readdirSync('/proc/self/fd');
  } catch {
    return [];
  }
}
