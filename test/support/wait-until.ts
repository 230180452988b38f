/** Waits for what has no event of its own, such as a file or another process. */

/** Looking for processes takes some 10 ms on a busy machine. */
const POLL_MS = 25;
/**
 * How long any wait may take, in milliseconds. Only a failing test waits as long, so it is what two
 * busy cores that others use as well may need, not what one would expect.
 */
export const WAIT_MS = Number(process.env.CODEX_SESSIONS_TEST_WAIT_MS ?? 60_000);

/**
 * The first result that is neither undefined, null nor false.
 * @param describe called on failure, for everything there is to see
 */
export async function waitUntil<T>(
  probe: () => T | Promise<T>,
  options: { what: string; timeout?: number; describe?: () => string },
): Promise<Exclude<T, undefined | null | false>> {
  const timeout = options.timeout ?? WAIT_MS;
  const endMs = performance.now() + timeout;
  for (;;) {
    const result = await probe();
    if (result !== undefined && result !== null && result !== false) {
      return result as Exclude<T, undefined | null | false>;
    }
    if (performance.now() > endMs) {
      throw new Error(
        `waited ${timeout} ms for ${options.what}\n${options.describe?.() ?? ''}`.trimEnd(),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
