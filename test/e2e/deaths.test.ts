/**
 * A supervisor dies in every way there is, with the real Codex in turns and people who type and look on:
 * nothing is lost, nothing doubled. `npm run test:deaths` does it with twenty Codexes, again and again.
 */
import { afterAll, expect, test } from 'vitest';
import { mortalBuild } from '../deaths/mortal-build.ts';
import { deathRun } from '../deaths/run.ts';
import { WAYS } from '../deaths/ways.ts';
import { canMount, NEEDS_MOUNT } from '../support/attack/other-user.ts';
import { dropFrozenBuild } from '../support/rig/frozen-build.ts';

/** The same each time: what is found by chance belongs to the long run, not to a gate. */
const SEED = 16;
const LIMIT_MS = 300_000;
const ways = WAYS.filter(({ needsDisk }) => !needsDisk || canMount).map(({ name }) => name);
afterAll(dropFrozenBuild);
const all = { seed: SEED, ways, times: 1, sessions: 5, projects: 2, busy: 3 };

test(
  `a death in each way: every session goes on${NEEDS_MOUNT && `, but for a full disk${NEEDS_MOUNT}`}`,
  async () => {
    const report = await deathRun({ ...all, bin: mortalBuild() });
    expect(Object.keys(report.deaths)).toEqual(ways);
    expect(report.turns).toBeGreaterThan(0);
  },
  LIMIT_MS,
);
