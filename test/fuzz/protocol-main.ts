/** `npm run test:fuzz -- --seed N --inputs M` */
import { freshSeed, numbersFrom } from '../support/process/arguments.ts';
import { frozenBuild } from '../support/rig/frozen-build.ts';
import { Rig } from '../support/rig/rig.ts';
import { PROGRAM, runProtocolFuzz } from './protocol-run.ts';

const { seed, inputs, silent } = numbersFrom(process.argv.slice(2), {
  seed: freshSeed(),
  inputs: 1_000_000,
  silent: 3_000,
});
console.error(`seed ${seed}`);
const rig = new Rig({ codex: PROGRAM, bin: frozenBuild() });
let toldAt = 0;
try {
  const begun = performance.now();
  const report = await runProtocolFuzz(rig, {
    seed,
    inputs,
    silentConnections: silent,
    progress: (done, rss) => {
      if (Date.now() - toldAt < 10_000) return;
      toldAt = Date.now();
      console.error(`${done} inputs, supervisor ${Math.round(rss / 2 ** 20)} MB`);
    },
  });
  console.log(JSON.stringify({ ...report, seconds: (performance.now() - begun) / 1000 }, null, 1));
} finally {
  await rig.close();
}
