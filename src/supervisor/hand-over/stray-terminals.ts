/**
 * PTY masters that we have inherited unasked. Masters have no close-on-exec: a predecessor's come a
 * second time, and those of a terminal program above the client that started us may come too. Kept
 * open, they would keep a terminal open after its end.
 */
import { closeSync, readdirSync, readlinkSync } from 'node:fs';
import { TAKE_OVER_FD } from './state.ts';

/** Closes all masters but `ours`. */
export function closeStrayTerminals(ours: ReadonlySet<number>): void {
  for (const name of descriptors()) {
    const fd = Number(name);
    if (fd <= TAKE_OVER_FD || ours.has(fd)) continue;
    try {
      if (/^\/dev\/(?:pts\/)?ptmx$/.test(readlinkSync(`/proc/self/fd/${name}`))) closeSync(fd);
    } catch {
      // It was the descriptor of the listing itself.
    }
  }
}

function descriptors(): string[] {
  try {
    return readdirSync('/proc/self/fd');
  } catch {
    return [];
  }
}
