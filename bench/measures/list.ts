import { type Measure, plus } from '../measure.ts';
import { median } from '../stats.ts';

const SLEEP = ['/bin/sleep', '100000'];
const TIMES = 8;

/** `ls`, from the command to its end. */
export const list: Measure<'one' | 'hundred'> = {
  name: 'list',
  rounds: 3,
  bareNode: true,
  metrics: {
    one: {
      title: 'ls, 1 session',
      unit: 'ms',
      digits: 1,
      goal: ['≤ bare Node + 5', plus('bare Node', 5)],
    },
    hundred: {
      title: 'ls, 100 sessions',
      unit: 'ms',
      digits: 1,
      goal: ['≤ bare Node + 10', plus('bare Node', 10)],
    },
  },
  suits: (arena) => arena.commands?.list !== undefined,
  async run(arena) {
    const times = async () => {
      const taken: number[] = [];
      for (let n = 0; n < TIMES; n++) taken.push(await arena.time(arena.command('list')));
      return median(taken);
    };
    await arena.session('s0', SLEEP);
    const one = await times();
    for (let n = 1; n < 100; n++) await arena.session(`s${n}`, SLEEP);
    return { one, hundred: await times() };
  },
};
