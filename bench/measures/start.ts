import type { Arena } from '../arena.ts';
import { type Measure, plus, times } from '../measure.ts';
import { median } from '../stats.ts';

const WARM_TIMES = 6;
const LIMIT_MS = 5_000;

/** `start -d`, from the command to the first thing that the program does. */
export const start: Measure<'warm' | 'cold'> = {
  name: 'start',
  rounds: 5,
  bareNode: true,
  metrics: {
    warm: {
      title: 'start -d: command → program runs, warm',
      unit: 'ms',
      digits: 1,
      goal: ['≤ bare Node + 12', plus('bare Node', 12)],
    },
    cold: {
      title: 'start -d: command → program runs, cold',
      unit: 'ms',
      digits: 1,
      goal: ['≤ 2.5 × bare Node', times('bare Node', 2.5)],
    },
  },
  async run(arena) {
    const begin = starter(arena);
    // What is learned once, such as what Codex's version knows, is not part of a cold start.
    await begin('first');
    await endAll(arena);
    const cold = await begin('cold');
    const warm: number[] = [];
    for (let n = 0; n < WARM_TIMES; n++) warm.push(await begin(`warm${n}`));
    return { warm: median(warm), cold };
  },
};

async function endAll(arena: Arena): Promise<void> {
  if (!arena.commands?.killAll) return;
  await arena.time(arena.commands.killAll);
  while (arena.holders().length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
}

function starter(arena: Arena): (name: string) => Promise<number> {
  const runs = arena.pipeIn('runs');
  const program = ['/bin/sh', '-c', `echo >${runs.path}; exec sleep 100000`];
  return async (name) => {
    const [file = '', ...args] = program;
    const began = performance.now();
    const done = arena.commands
      ? arena.time(arena.commands.start(name, program))
      : arena.terminal({ file, args }) && undefined;
    if ((await runs.next(LIMIT_MS)) === undefined) throw new Error(`${name} did not start`);
    const ms = performance.now() - began;
    await done;
    return ms;
  };
}
