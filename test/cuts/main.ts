/** `npm run test:cuts -- --seed N --times M`: cuts the line to another machine M times. */
import { freshSeed, numbersFrom } from '../support/process/arguments.ts';
import { frozenBuild } from '../support/rig/frozen-build.ts';
import { cutRun } from './run.ts';

const { seed, times } = numbersFrom(process.argv.slice(2), { seed: freshSeed(), times: 100 });
console.error(`seed ${seed}`);
const begun = performance.now();
const ends: (() => void | Promise<void>)[] = [];
try {
  const report = await cutRun({
    seed,
    times,
    stalls: Math.ceil(times / 50),
    bin: frozenBuild(),
    atEnd: (end) => ends.unshift(end),
    progress: (cut) => {
      if (cut % 10 === 0) console.error(`${cut} cuts`);
    },
  });
  const seconds = Math.round((performance.now() - begun) / 1_000);
  console.log(JSON.stringify({ ...report, seconds }, null, 1));
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  for (const end of ends) await end();
}
process.exit();
