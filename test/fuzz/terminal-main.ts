/** `npm run test:fuzz:terminal -- --seed N --megabytes M` */
import { freshSeed, numbersFrom } from '../support/process/arguments.ts';
import { terminalFuzz } from './terminal.ts';

const MB = 1024 * 1024;
const { seed, megabytes } = numbersFrom(process.argv.slice(2), {
  seed: freshSeed(),
  megabytes: 1_024,
});
const begun = performance.now();
const report = await terminalFuzz({
  seed,
  bytes: megabytes * MB,
  progress: ({ bytes, broken }) =>
    console.error(
      `${Math.round(bytes / MB)} MB, replaced ${broken} times, ${Math.round(process.memoryUsage().rss / MB)} MB in use`,
    ),
});
console.log(JSON.stringify({ ...report, seconds: (performance.now() - begun) / 1000 }, null, 1));
