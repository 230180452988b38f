/** Answers that race, in short; `npm run test:races` goes on for longer. */
import { expect, test } from 'vitest';
import { raceRun } from '../../races/run.ts';
import { COMMAND } from '../../support/rig/command.ts';

const RACES = 60;
/** The same each time: what is found by chance belongs to the long runs, not to a gate. */
const SEED = 1;

test('no answer reaches a question that was not read', async () => {
  const report = await raceRun({ seed: SEED, times: RACES, bin: COMMAND });
  expect(report.races).toBe(RACES);
  expect(report.outcomes.taken).toBeGreaterThan(RACES / 4);
  expect(report.outcomes['other-question']).toBeGreaterThan(RACES / 10);
}, 120_000);
