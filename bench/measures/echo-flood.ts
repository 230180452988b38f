import { ECHO } from '../arena.ts';
import { echoSamples, p50and99 } from '../echo-samples.ts';
import { type Measure, times } from '../measure.ts';

const KEYS = 600;
const PAUSE_MS = 3;
/** Lines with CR LF, as a terminal makes them, without the work that this is for the kernel. */
export const FLOOD = `stty raw; exec yes "$(printf '\\033[32mflood\\033[0m %070d\\r' 1)"`;

/** The same while another session writes as fast as it is let. */
export const echoFlood: Measure<'p50' | 'p99'> = {
  name: 'echo-flood',
  rounds: 3,
  metrics: {
    p50: {
      title: 'echo, another floods, p50',
      unit: 'µs',
      goal: ['≤ dtach', times('dtach', 1)],
    },
    p99: {
      title: 'echo, another floods, p99',
      unit: 'µs',
      goal: ['≤ dtach', times('dtach', 1)],
    },
  },
  async run(arena) {
    await arena.session('echo', ECHO);
    const terminal = arena.open('echo');
    await arena.background('flood', ['/bin/sh', '-c', FLOOD]);
    return p50and99(await echoSamples(terminal, KEYS, PAUSE_MS));
  },
};
