/**
 * Whether a user is typing, in any session. Meanwhile output must not block the event loop for long: a
 * key waits for the current turn on its way in, and its echo on the way out.
 */

/** Longer than the pause between two keys. */
const TYPING_MS = 1_000;

let lastKeyAt = Number.NEGATIVE_INFINITY;

/** To be called when a user types, pastes or clicks, not for what terminals send by themselves. */
export function noteTyped(): void {
  lastKeyAt = performance.now();
}

export function isTyping(): boolean {
  return performance.now() - lastKeyAt < TYPING_MS;
}
