/**
 * Whether somebody is typing, into whichever session. As long as that is so, no output may keep the
 * loop for long: a key waits for what the turn before it does, on its way in and on its way out.
 */

/** Longer than people pause between two keys, so that the next one is expected, too. */
const TYPING_MS = 1_000;

let lastKeyAt = Number.NEGATIVE_INFINITY;

/** A person has typed, pasted or clicked. What terminals say by themselves is no typing. */
export function noteTyped(): void {
  lastKeyAt = performance.now();
}

export function isTyping(): boolean {
  return performance.now() - lastKeyAt < TYPING_MS;
}
