/** `npm run test:faults -- --seed N --rounds M` */
import { freshSeed, numbersFrom } from '../support/process/arguments.ts';
import { frozenBuild } from '../support/rig/frozen-build.ts';
import { faultRun } from './run.ts';

const { seed, rounds } = numbersFrom(process.argv.slice(2), { seed: freshSeed(), rounds: 2_000 });
console.error(`seed ${seed}`);
const begun = performance.now();
const report = await faultRun({
  seed,
  rounds,
  bin: frozenBuild(),
  progress: (round) => {
    if (round % 50 === 0) console.error(`${round} rounds`);
  },
  onSlow: (round, ms, story) => console.error(`round ${round} took ${Math.round(ms)} ms\n${story}`),
});
console.log(JSON.stringify({ ...report, seconds: (performance.now() - begun) / 1000 }, null, 1));
process.exit(0);
