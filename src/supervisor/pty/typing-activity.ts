/**
 * Whether a user is typing, into any session. While that is so, output must not block the event loop for
 * long: a key waits for the turn before it, on its way in and on its way out.
 */

/** Longer than the pause between two keys, so that the next one is covered too. */
const TYPING_MS = 1_000;

let lastKeyAt = Number.NEGATIVE_INFINITY;

/** A user has typed, pasted or clicked. What terminals send by themselves does not count. */
export function noteTyped(): void {
  lastKeyAt = performance.now();
}

export function isTyping(): boolean {
  return performance.now() - lastKeyAt < TYPING_MS;
}
