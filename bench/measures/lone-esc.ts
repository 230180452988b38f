import { fixed, type Measure } from '../measure.ts';
import { median } from '../stats.ts';

const KEYS = 5;
const PAUSE_MS = 100;
const LIMIT_MS = 3_000;

/** A lone Esc: a multiplexer that waits for more makes the program wait. */
export const loneEsc: Measure<'ms'> = {
  name: 'lone-esc',
  rounds: 3,
  metrics: {
    ms: {
      title: 'a lone Esc reaches the program',
      unit: 'ms',
      digits: 2,
      goal: ['< 1 ms', fixed(1)],
    },
  },
  async run(arena) {
    const heard = arena.pipeIn('heard');
    await arena.session('esc', [
      '/bin/sh',
      '-c',
      `stty raw -echo; printf READY; exec cat >${heard.path}`,
    ]);
    const terminal = arena.open('esc');
    await terminal.quiet(PAUSE_MS);
    for (let tries = 0; tries < 50; tries++) {
      terminal.key(Buffer.from('x'));
      if (await heard.next(100)) break;
    }
    const samples: number[] = [];
    for (let n = 0; n < KEYS; n++) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      heard.discard();
      const start = performance.now();
      terminal.key(Buffer.from('\x1b'));
      await heard.next(LIMIT_MS);
      samples.push(performance.now() - start);
    }
    return { ms: median(samples) };
  },
};
