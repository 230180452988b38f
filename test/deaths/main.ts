/**
 * `npm run test:deaths -- --times 20 --ways SIGKILL,upgrade --sessions 20 --seed N`: supervisors die, and
 * no session does. `--many 10` has 300 stand-ins die ten times instead.
 */
import { parseArgs } from 'node:util';
import { canMount } from '../support/attack/other-user.ts';
import { freshSeed } from '../support/process/arguments.ts';
import { mortalBuild } from './mortal-build.ts';
import { deathRun } from './run.ts';
import { WAYS } from './ways.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(freshSeed()) },
    times: { type: 'string', default: '20' },
    ways: { type: 'string' },
    sessions: { type: 'string', default: '20' },
    projects: { type: 'string', default: '3' },
    busy: { type: 'string', default: '5' },
  },
});
const all = WAYS.filter(({ needsDisk }) => !needsDisk || canMount).map(({ name }) => name);
const ways = values.ways?.split(',') ?? all;
const seed = Number(values.seed);
console.error(`seed ${seed}`);
const begun = performance.now();
const report = await deathRun({
  seed,
  bin: mortalBuild(),
  ways,
  times: Number(values.times),
  sessions: Number(values.sessions),
  projects: Number(values.projects),
  busy: Number(values.busy),
  progress: (way, time, { answeredMs, seenMs, unknown, supervisor, guard }) => {
    const ms = `answered after ${Math.round(answeredMs)} ms, seen after ${Math.round(seenMs)} ms`;
    console.error(
      `${way} ${time}: ${ms}, ${unknown} unknown, ${JSON.stringify(supervisor)} ${JSON.stringify(guard)}`,
    );
  },
});
const seconds = Math.round((performance.now() - begun) / 1_000);
console.log(JSON.stringify({ ...report, seconds }, null, 1));
process.exit(0);
