/** Sequences that set tab stops. They move the cursor along its row. */
import type { ScreenBuffer } from './emulator-internals.ts';

const TAB_WIDTH = 8;

/** Sets these tab stops unless they are the default ones. */
export function tabSequence({ tabs }: ScreenBuffer, cols: number): string {
  if (hasUsualTabs(tabs, cols)) return '';
  const stops = Array.from({ length: cols }, (_, x) => x).filter((x) => tabs[x] === true);
  return setStops(stops);
}

/** Restores the default tab stops if they were changed. */
export function tabUndo({ tabs }: ScreenBuffer, cols: number): string {
  if (hasUsualTabs(tabs, cols)) return '';
  return setStops(Array.from({ length: Math.ceil(cols / TAB_WIDTH) }, (_, i) => i * TAB_WIDTH));
}

function hasUsualTabs(tabs: ScreenBuffer['tabs'], cols: number): boolean {
  for (let x = 0; x < cols; x++) if ((tabs[x] === true) !== (x % TAB_WIDTH === 0)) return false;
  return true;
}

function setStops(stops: readonly number[]): string {
  return `\x1b[3g${stops.map((x) => `\x1b[${x + 1}G\x1bH`).join('')}`;
}
