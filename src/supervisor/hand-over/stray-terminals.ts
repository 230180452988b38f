/**
 * Closes PTY masters inherited by accident. Masters have no close-on-exec: those of a predecessor are
 * inherited twice, and those of a terminal program among our ancestors may be inherited too. They
 * would keep a terminal open after its end.
 */
import { closeSync, readdirSync, readlinkSync } from 'node:fs';
import { TAKE_OVER_FD } from './state.ts';

/** Closes all masters except `ours`. */
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
