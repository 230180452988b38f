/**
 * `npm run test:deaths -- --times 20 --ways SIGKILL,upgrade --sessions 20 --seed N`: supervisors die, and
 * no session does. `--many 10` has 300 stand-ins die ten times instead.
 */
import { parseArgs } from 'node:util';
import { canMount } from '../support/attack/other-user.ts';
import { freshSeed } from '../support/process/arguments.ts';
import { mortalBuild } from './mortal-build.ts';
import { type DeathRunReport, deathRun } from './run.ts';
import { type StandInDeath, standInDeaths } from './stand-ins.ts';
import { WAYS } from './ways.ts';

/** Then it is told what took so long. */
const SLOW_MS = 3_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(freshSeed()) },
    times: { type: 'string', default: '20' },
    ways: { type: 'string' },
    sessions: { type: 'string', default: '20' },
    projects: { type: 'string', default: '3' },
    busy: { type: 'string', default: '5' },
    many: { type: 'string' },
    'stand-ins': { type: 'string', default: '300' },
  },
});
const seed = Number(values.seed);
const bin = mortalBuild();
console.error(`seed ${seed}`);
const begun = performance.now();
const report = values.many === undefined ? await codexes() : await standIns(Number(values.many));
const seconds = Math.round((performance.now() - begun) / 1_000);
console.log(JSON.stringify({ ...report, seconds }));
process.exit(0);

async function codexes(): Promise<DeathRunReport> {
  const all = WAYS.filter(({ needsDisk }) => !needsDisk || canMount).map(({ name }) => name);
  return deathRun({
    ...{ seed, bin, ways: values.ways?.split(',') ?? all, times: Number(values.times) },
    sessions: Number(values.sessions),
    projects: Number(values.projects),
    busy: Number(values.busy),
    progress: (way, time, { answeredMs, seenMs, parts, unknown, supervisor, guard }) => {
      const slow = seenMs > SLOW_MS ? ` ${JSON.stringify(parts)}` : '';
      const ms = `answered after ${Math.round(answeredMs)} ms, seen after ${Math.round(seenMs)} ms${slow}`;
      const usage = `${JSON.stringify(supervisor)} ${JSON.stringify(guard)}`;
      console.error(`${way} ${time}: ${ms}, unknown: ${unknown.join(' ') || 'none'}, ${usage}`);
    },
  });
}

async function standIns(times: number): Promise<{ seed: number; deaths: StandInDeath[] }> {
  const sessions = Number(values['stand-ins']);
  const progress = (death: StandInDeath) => console.error(JSON.stringify(death));
  return { seed, deaths: await standInDeaths({ seed, bin, sessions, times, progress }) };
}
