import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent } from '../arena.ts';
import { type Measure, times } from '../measure.ts';
import { outputLines } from '../output-lines.ts';

const BYTES = 24 * 1024 * 1024;
const LIMIT_MS = 15_000;

/** How fast a program can write, and how much of it the terminal gets. */
export const output: Measure<'attached' | 'share' | 'alone'> = {
  name: 'output',
  rounds: 3,
  metrics: {
    attached: {
      title: 'output, through an attached client',
      unit: 'MB/s',
      better: 'higher',
      digits: 1,
      goal: ['≥ 2 × tmux', times('tmux', 2)],
    },
    share: {
      title: 'the part of it that the client gets',
      unit: '%',
      better: 'higher',
      goal: ['all', () => 100],
    },
    alone: {
      title: 'output, with nobody attached',
      unit: 'MB/s',
      better: 'higher',
      digits: 1,
      goal: ['≥ tmux', times('tmux', 1)],
    },
  },
  async run(arena) {
    const file = join(arena.dir, 'output');
    const text = outputLines(BYTES);
    writeFileSync(file, text);
    const { agent, terminal } = await arena.agent('seen');
    await terminal.quiet(150);
    const before = terminal.receivedBytes;
    const attached = await speed(agent, file, text.length);
    await terminal.quiet(150);
    const share = Math.min(100, ((terminal.receivedBytes - before) / text.length) * 100);
    await terminal.close();
    const unseen = await arena.backgroundAgent('unseen');
    return { attached, share, alone: await speed(unseen, file, text.length) };
  },
};

/** In MB/s. */
async function speed(agent: Agent, file: string, bytes: number): Promise<number> {
  const start = performance.now();
  agent.run(`cat ${file}; echo done >&4`);
  if ((await agent.answer(LIMIT_MS)) === undefined) throw new Error('the output did not end');
  return bytes / 1000 / (performance.now() - start);
}
