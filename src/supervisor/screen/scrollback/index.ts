/**
 * Saves memory for the lines above the screen: packs them, releases their buffers, triggers garbage
 * collection. The rest of the supervisor imports only this file of the directory.
 */
import type { Core } from '../emulator-internals.ts';
import { leaveSlabs } from './cell-slab.ts';
import { packScrollback } from './packed-line.ts';

export { useSlabs } from './cell-slab.ts';
export { collectAtRest, collectUnderPressure, keepYoungSpaceSmall } from './heap.ts';
export { type PlainText, plainText, readable, repacked } from './packed-line.ts';

/**
 * Releases memory, a little at a time: packs at most `lines` lines, and moves the screen out of the
 * slabs once all are packed. Returns whether there may be more to do.
 */
export function compact({ buffers: { normal, alt } }: Core, lines: number): boolean {
  if (packScrollback(normal, lines)) return true;
  leaveSlabs(normal);
  leaveSlabs(alt);
  return false;
}
