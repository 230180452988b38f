import { ECHO } from '../arena.ts';
import { echoSamples, FIRST_KEYS, p50and99 } from '../echo-samples.ts';
import { type Measure, times } from '../measure.ts';

const KEYS = 1_500;

/** A key, through an attached client, to a program that echoes it, and back. Nothing else runs. */
export const echo: Measure<'p50' | 'p99' | 'first'> = {
  name: 'echo',
  rounds: 5,
  metrics: {
    p50: {
      title: 'keystroke echo, p50',
      unit: 'µs',
      goal: ['≤ 1.5 × tmux, then ≤ dtach', times('tmux', 1.5)],
    },
    p99: { title: 'keystroke echo, p99', unit: 'µs' },
    first: { title: 'of the first 1,500 keys after attaching, p50', unit: 'µs' },
  },
  async run(arena) {
    await arena.session('echo', ECHO);
    const terminal = arena.open('echo');
    const first = p50and99(await echoSamples(terminal, KEYS, 0, FIRST_KEYS)).p50;
    return { ...p50and99(await echoSamples(terminal, KEYS, 0)), first };
  },
};
