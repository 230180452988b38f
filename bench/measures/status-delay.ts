import { spawn } from 'node:child_process';
import { fixed, type Measure } from '../measure.ts';
import { median, quantile } from '../stats.ts';

const REPORTS = 40;
const PAUSE_MS = 20;
const LIMIT_MS = 3_000;

/**
 * From a program's own report (OSC 7501) until a subscriber, `events`, has printed it. The program
 * is woken through a pipe first, which is in the figure: some tens of µs.
 */
export const statusDelay: Measure<'p50' | 'p95'> = {
  name: 'status-delay',
  rounds: 3,
  metrics: {
    p50: {
      title: "a program's report until `events` prints it, p50",
      unit: 'ms',
      digits: 2,
      goal: ['< 100 ms', fixed(100)],
    },
    p95: { title: '… p95', unit: 'ms', digits: 2, goal: ['< 100 ms', fixed(100)] },
  },
  suits: (arena) => arena.commands?.events !== undefined,
  async run(arena) {
    const agent = await arena.backgroundAgent('reporter');
    const { file, args, env } = arena.command('events');
    const events = spawn(file, [...args], {
      cwd: arena.cwd,
      env: { ...arena.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let heard: () => void = () => {};
    events.stdout.on('data', () => heard());
    const report = async (state: string) => {
      const start = performance.now();
      const told = new Promise<boolean>((resolve) => {
        heard = () => resolve(true);
        setTimeout(() => resolve(false), LIMIT_MS).unref();
      });
      agent.run(`printf '\\033]7501;state=${state}:app=codex\\033\\\\'`);
      if (!(await told)) throw new Error('no event came');
      return performance.now() - start;
    };
    try {
      // The subscription takes a moment: what was said before it is not told.
      let state = 0;
      const next = () => report(state++ % 2 === 0 ? 'working' : 'error');
      await next().catch(next);
      const samples: number[] = [];
      for (let n = 0; n < REPORTS; n++) {
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
        samples.push(await next());
      }
      return { p50: median(samples), p95: quantile(samples, 0.95) };
    } finally {
      events.kill();
    }
  },
};
