import { fixed, type Measure } from '../measure.ts';
import { activityOf } from '../processes.ts';

const SESSIONS = 20;
const WATCHED_MS = 10_000;
/** What follows a start, such as a collection of garbage, is over by then. */
const SETTLE_MS = 3_000;

/** What twenty sessions cost in which nothing happens. */
export const idle: Measure<'cpu' | 'wakeUps'> = {
  name: 'idle',
  rounds: 1,
  cold: true,
  metrics: {
    cpu: {
      title: '20 idle sessions for 10 s: CPU',
      unit: 'ms',
      digits: 2,
      goal: ['0', fixed(0)],
    },
    wakeUps: { title: '20 idle sessions for 10 s: wake-ups', unit: '', goal: ['0', fixed(0)] },
  },
  suits: (arena) => arena.commands !== undefined,
  async run(arena) {
    for (let n = 0; n < SESSIONS; n++) await arena.session(`s${n}`, ['/bin/sleep', '100000']);
    await sleep(SETTLE_MS);
    const holders = arena.holders();
    const before = activityOf(holders);
    await sleep(WATCHED_MS);
    const after = activityOf(holders);
    return { cpu: after.cpuMs - before.cpuMs, wakeUps: after.switches - before.switches };
  },
};

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
