import type { Arena } from '../arena.ts';
import { fixed, type Measure } from '../measure.ts';

/** More than the time in which a guard for what has just started is there. */
const GUARDED_MS = 1_000;
const LIMIT_MS = 10_000;
const PROGRAM = ['/bin/sh', '-c', "printf 'DRAWN'; exec sleep 100000"];

/** From a SIGKILL of the process that holds the terminals until all is as it was. */
export const death: Measure<'picture' | 'list' | 'hundreds'> = {
  name: 'death',
  rounds: 5,
  metrics: {
    picture: {
      title: 'supervisor killed, 20 sessions: → picture at an attached client',
      unit: 'ms',
      goal: ['≤ 300', fixed(300)],
    },
    list: {
      title: '… → `ls` that begins then has printed all',
      unit: 'ms',
      goal: ['≤ 300', fixed(300)],
    },
    hundreds: {
      title: '… with 300 sessions',
      unit: 'ms',
      goal: ['≤ 1,500', fixed(1_500)],
    },
  },
  suits: (arena) => arena.commands?.holder !== undefined,
  async run(arena) {
    await fill(arena, 0, 20);
    const picture = await timeToPicture(arena);
    const list = await timeToList(arena, 20);
    await fill(arena, 20, 300);
    return { picture, list, hundreds: await timeToList(arena, 300) };
  },
};

async function fill(arena: Arena, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n++) await arena.session(`s${n}`, PROGRAM);
  await guarded();
}

function guarded(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, GUARDED_MS));
}

async function timeToPicture(arena: Arena): Promise<number | undefined> {
  const terminal = arena.open('s0');
  await terminal.quiet(300);
  const start = performance.now();
  kill(arena);
  const seen = await terminal.sees(['DRAWN'], LIMIT_MS);
  const ms = performance.now() - start;
  await terminal.close();
  await guarded();
  return seen ? ms : undefined;
}

async function timeToList(arena: Arena, sessions: number): Promise<number | undefined> {
  const start = performance.now();
  kill(arena);
  const text = await arena.output(arena.command('list'));
  const ms = performance.now() - start;
  return text.match(/^\S*:s\d+ /gm)?.length === sessions ? ms : undefined;
}

function kill(arena: Arena): void {
  const pid = arena.commands?.holder?.();
  if (pid !== undefined) process.kill(pid, 'SIGKILL');
}
