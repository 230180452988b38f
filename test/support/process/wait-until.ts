/** Waits for what has no event of its own, such as a file or another process. */
import { WAIT_MS } from './wait-ms.mts';

export { WAIT_MS };

/** Looking for processes takes some 10 ms on a busy machine. */
const POLL_MS = 25;
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
