/** When the next death comes. */
import type { Random } from '../support/screen/screen-streams.ts';

const PAUSE_MAX_MS = 1_000;
/** Of a hundred: as soon as everything has recovered and there is a guard. */
const AT_ONCE_PERCENT = 25;

/**
 * For the run's environment: three successors in a row that die within this time leave off, as they should;
 * here more of them are to die than there is time for.
 */
export const NO_LIMIT = { CODEX_SESSIONS_SOON_MS: '0' };

/** Waits for a random moment. */
export async function randomMoment(random: Random): Promise<void> {
  if (random.chance(AT_ONCE_PERCENT)) return;
  const ms = random.int(PAUSE_MAX_MS);
  await new Promise((resolve) => setTimeout(resolve, ms));
}
