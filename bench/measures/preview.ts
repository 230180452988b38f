import type { ChildProcess } from 'node:child_process';
import { type Arena, ECHO } from '../arena.ts';
import { echoSamples } from '../echo-samples.ts';
import { fixed, type Measure } from '../measure.ts';
import { activityOf } from '../processes.ts';
import { quantile } from '../stats.ts';
import { FLOOD } from './echo-flood.ts';

const SESSIONS = 50;
const BLOCKS = 40;
const KEYS = 100;
const PAUSE_MS = 3;
const WATCHED_MS = 10_000;
/** What follows a start, such as a collection of garbage, is over by then. */
const SETTLE_MS = 3_000;
const SHOWN_LIMIT_MS = 5_000;

/** What a preview costs the other sessions: of a session that floods, and of one in which nothing happens. */
export const preview: Measure<'p50' | 'p99' | 'over50' | 'over99' | 'cpu' | 'wakeUps'> = {
  name: 'preview',
  rounds: 3,
  metrics: {
    p50: { title: 'echo, 50 sessions, one floods and is shown in a preview, p50', unit: 'µs' },
    p99: { title: '… p99', unit: 'µs' },
    over50: {
      title: '… p50 ÷ that without the preview',
      unit: '',
      digits: 2,
      goal: ['≤ 1.2', fixed(1.2)],
    },
    over99: {
      title: '… p99 ÷ that without the preview',
      unit: '',
      digits: 2,
      goal: ['≤ 1.2', fixed(1.2)],
    },
    cpu: {
      title: 'a preview of an idle session for 10 s: CPU',
      unit: 'ms',
      digits: 2,
      goal: ['0', fixed(0)],
    },
    wakeUps: { title: '… wake-ups', unit: '', goal: ['0', fixed(0)] },
  },
  suits: (arena) => arena.commands?.preview !== undefined,
  async run(arena) {
    for (let n = 3; n <= SESSIONS; n++) await arena.session(`s${n}`, ['/bin/sleep', '100000']);
    await arena.session('echo', ECHO);
    const previewer = new Previewer(arena);
    await previewer.show('echo');
    await sleep(SETTLE_MS);
    const holders = arena.holders();
    const before = activityOf(holders);
    await sleep(WATCHED_MS);
    const after = activityOf(holders);
    await previewer.show('');

    const terminal = arena.open('echo');
    await arena.background('flood', ['/bin/sh', '-c', FLOOD]);
    const samples = { with: [] as number[], without: [] as number[] };
    await echoSamples(terminal, 1, PAUSE_MS);
    // By turns, so that what else the machine does hits both.
    for (let block = 0; block < BLOCKS; block++) {
      const shown = block % 2 === 1;
      await previewer.show(shown ? 'flood' : '');
      const some = await echoSamples(terminal, KEYS, PAUSE_MS, 0);
      samples[shown ? 'with' : 'without'].push(...some);
    }
    const of = (which: keyof typeof samples, share: number) => quantile(samples[which], share);
    return {
      p50: of('with', 0.5),
      p99: of('with', 0.99),
      over50: of('with', 0.5) / of('without', 0.5),
      over99: of('with', 0.99) / of('without', 0.99),
      cpu: after.cpuMs - before.cpuMs,
      wakeUps: after.switches - before.switches,
    };
  },
};

class Previewer {
  readonly #process: ChildProcess;

  constructor(arena: Arena) {
    this.#process = arena.helper('previewer.js', [], arena.commands?.preview);
  }

  /** None if the name is empty. @throws Error if there is no picture in time */
  async show(name: string): Promise<void> {
    const { stdin, stdout } = this.#process;
    const answered = new Promise<void>((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`no picture of ${name}`)), SHOWN_LIMIT_MS);
      stdout?.once('data', () => {
        clearTimeout(limit);
        resolve();
      });
    });
    stdin?.write(`${name}\n`);
    await answered;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
