import { ECHO } from '../arena.ts';
import { echoSamples, p50and99 } from '../echo-samples.ts';
import { type Measure, times } from '../measure.ts';

const KEYS = 600;
const OTHERS = 8;
const BYTES_PER_S = 1_000_000;
/** Keys fall anywhere between two pieces of the others' output, which come every 10 ms. */
const PAUSE_MS = 5;

/** The same while eight other sessions write 1 MB/s each. */
export const echoBusy: Measure<'p50' | 'p99'> = {
  name: 'echo-busy',
  rounds: 3,
  metrics: {
    p50: {
      title: 'echo, 8 others at 1 MB/s, p50',
      unit: 'µs',
      goal: ['≤ tmux', times('tmux', 1)],
    },
    p99: {
      title: 'echo, 8 others at 1 MB/s, p99',
      unit: 'µs',
      goal: ['≤ dtach', times('dtach', 1)],
    },
  },
  async run(arena) {
    const pipes: string[] = [];
    for (let n = 0; n < OTHERS; n++) {
      const { path } = arena.pipeOut(`feed${n}`);
      pipes.push(path);
      await arena.background(`other${n}`, ['/bin/sh', '-c', `stty raw; exec cat <> ${path}`]);
    }
    await arena.session('echo', ECHO);
    const terminal = arena.open('echo');
    arena.helper('feeder.js', [String(BYTES_PER_S), ...pipes]);
    return p50and99(await echoSamples(terminal, KEYS, PAUSE_MS));
  },
};
