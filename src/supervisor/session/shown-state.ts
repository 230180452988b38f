/** What a terminal was shown of a session, in a hand-over; see session-state.ts. */
import * as v from 'valibot';
import type { Screen, ShownLines } from '../screen/screen.ts';

export const ShownState = v.object({
  /** Number of lines between `ShownLines.top` and the screen. */
  above: v.number(),
  hashes: v.array(v.number()),
  below: v.string(),
});

export type ShownState = v.InferOutput<typeof ShownState>;

export function stateOf(shown: ShownLines, screen: Screen): ShownState {
  return { above: screen.shown.linesAboveOf(shown), hashes: [...shown.hashes], below: shown.below };
}

/**
 * The modes that the program had set are undone. Only a client that is being skipped has them set,
 * and a hand-over waits for it.
 */
export function shownFrom({ above, hashes, below }: ShownState, screen: Screen): ShownLines {
  return { top: screen.shown.topAbove(above), hashes, undo: '', below };
}
