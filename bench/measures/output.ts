import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentOutput } from '../agent-output.ts';
import type { Agent, Arena } from '../arena.ts';
import { type Measure, times } from '../measure.ts';
import { outputLines } from '../output-lines.ts';
import { program } from '../programs.ts';

const BYTES = 24 * 1024 * 1024;
const LIMIT_MS = 15_000;

const speedRow = (title: string) => ({ title, unit: 'MB/s', better: 'higher', digits: 1 }) as const;

/** How fast a program can write, and how much of it the terminal gets. The program is in C. */
export const output: Measure<'attached' | 'share' | 'alone' | 'lines' | 'linesAlone'> = {
  name: 'output',
  rounds: 3,
  metrics: {
    attached: {
      ...speedRow("a coding agent's output, through an attached client"),
      goal: ['≥ 1.3 × tmux', times('tmux', 1.3)],
    },
    share: {
      title: 'the part of it that the client gets',
      unit: '%',
      better: 'higher',
      goal: ['all', () => 100],
    },
    alone: { ...speedRow('… with nobody attached'), goal: ['≥ tmux', times('tmux', 1)] },
    lines: {
      ...speedRow('lines of coloured words, through an attached client'),
      goal: ['≥ 2 × tmux', times('tmux', 2)],
    },
    linesAlone: { ...speedRow('… with nobody attached'), goal: ['≥ tmux', times('tmux', 1)] },
  },
  async run(arena) {
    const agent = await shown(arena, 'agent', agentOutput(BYTES));
    const lines = await shown(arena, 'lines', outputLines(BYTES));
    const { attached, share, alone } = agent;
    return { attached, share, alone, lines: lines.attached, linesAlone: lines.alone };
  },
};

interface Shown {
  /** MB/s */
  attached: number;
  /** % */
  share: number;
  /** MB/s */
  alone: number;
}

async function shown(arena: Arena, name: string, text: string): Promise<Shown> {
  const file = join(arena.dir, `${name}.txt`);
  writeFileSync(file, text);
  const bytes = Buffer.byteLength(text);
  const { agent, terminal } = await arena.agent(`${name}-seen`);
  await terminal.quiet(150);
  const before = terminal.receivedBytes;
  const attached = await speed(agent, file, bytes);
  await terminal.quiet(150);
  const share = Math.min(100, ((terminal.receivedBytes - before) / bytes) * 100);
  await terminal.close();
  const unseen = await arena.backgroundAgent(`${name}-unseen`);
  return { attached, share, alone: await speed(unseen, file, bytes) };
}

/** In MB/s. */
async function speed(agent: Agent, file: string, bytes: number): Promise<number> {
  const start = performance.now();
  agent.run(`${program('producer')} ${file}; echo done >&4`);
  if ((await agent.answer(LIMIT_MS)) === undefined) throw new Error('the output did not end');
  return bytes / 1000 / (performance.now() - start);
}
