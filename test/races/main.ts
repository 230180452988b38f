/** `npm run test:races -- --seed N --times M`: answers that race with all that may come between. */
import { freshSeed, numbersFrom } from '../support/process/arguments.ts';
import { frozenBuild } from '../support/rig/frozen-build.ts';
import { raceRun } from './run.ts';

const { seed, times } = numbersFrom(process.argv.slice(2), { seed: freshSeed(), times: 1_000 });
console.error(`seed ${seed}`);
const begun = performance.now();
const report = await raceRun({
  seed,
  times,
  bin: frozenBuild(),
  progress: (race) => {
    if (race % 100 === 0) console.error(`${race} races`);
  },
});
const seconds = Math.round((performance.now() - begun) / 1_000);
console.log(JSON.stringify({ ...report, seconds }, null, 1));
process.exit(0);
