import type { Arena } from '../arena.ts';
import { ECHO } from '../arena.ts';
import { echoSamples } from '../echo-samples.ts';
import type { Measure, Metric, Numbers } from '../measure.ts';
import { privateBytes } from '../processes.ts';
import { median, quantile } from '../stats.ts';

const STEPS = [1, 10, 100, 300] as const;
const TIMES = 5;
const KEYS = 500;
const SETTLE_MS = 500;
const MIB = 1024 * 1024;

const WHAT = {
  list: { title: 'ls', unit: 'ms', digits: 1 },
  echo: { title: 'echo, p50', unit: 'µs', digits: 0 },
  memory: { title: 'private memory of all', unit: 'MiB', digits: 1 },
  spawn: { title: 'one more start -d, to the end of the command', unit: 'ms', digits: 1 },
} as const;

const metrics: Record<string, Metric> = {};
for (const [key, { title, unit, digits }] of Object.entries(WHAT))
  for (const step of STEPS)
    metrics[`${key}${step}`] = { title: `${title}, ${step} sessions`, unit, digits };

/** What grows with the number of sessions, and how. */
export const scale: Measure = {
  name: 'scale',
  rounds: 1,
  cold: true,
  metrics,
  suits: (arena) => arena.commands?.list !== undefined,
  async run(arena) {
    const numbers: Numbers = {};
    await arena.session('echo', ECHO);
    let there = 1;
    for (const step of STEPS) {
      for (; there < step; there++) await arena.session(`s${there}`, ['/bin/sleep', '100000']);
      await at(arena, step, numbers);
    }
    return numbers;
  },
};

async function at(arena: Arena, step: number, numbers: Numbers): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  numbers[`memory${step}`] = privateBytes(arena.holders()) / MIB;
  const lists: number[] = [];
  for (let n = 0; n < TIMES; n++) lists.push(await arena.time(arena.command('list')));
  numbers[`list${step}`] = median(lists);
  const terminal = arena.open('echo');
  numbers[`echo${step}`] = quantile(await echoSamples(terminal, KEYS, 0), 0.5);
  await terminal.close();
  const spawns: number[] = [];
  for (let n = 0; n < TIMES; n++) {
    const command = arena.commands?.start(`extra${step}x${n}`, ['/bin/true']);
    if (command) spawns.push(await arena.time(command));
  }
  numbers[`spawn${step}`] = median(spawns);
}
