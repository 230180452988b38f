import { createHash } from 'node:crypto';
import { fixed, type Measure } from '../measure.ts';

const BYTES = 1024 * 1024;
const LIMIT_MS = 5_000;

/** A paste of 1 MiB into a program that says what it got. */
export const paste: Measure<'speed' | 'exact'> = {
  name: 'paste',
  rounds: 3,
  metrics: {
    speed: {
      title: '1 MiB paste into a program that hashes it',
      unit: 'MB/s',
      better: 'higher',
      digits: 1,
      goal: ['≥ 40', fixed(40)],
    },
    exact: {
      title: '… of which arrived as it was',
      unit: '%',
      better: 'higher',
      goal: ['all', fixed(100)],
    },
  },
  async run(arena) {
    const { agent, terminal } = await arena.agent('paste');
    agent.run(`printf '\\033[?2004h'; echo asked >&4; head -c ${BYTES} | sha256sum >&4`);
    await agent.answer();
    await terminal.quiet(200);
    const bytes = pasted();
    const start = performance.now();
    await Promise.race([terminal.write(bytes), wait(LIMIT_MS)]);
    const sum = await agent.answer(LIMIT_MS);
    const ms = performance.now() - start;
    const exact = sum?.startsWith(createHash('sha256').update(bytes).digest('hex'));
    return { speed: exact ? BYTES / 1000 / ms : undefined, exact: exact ? 100 : 0 };
  },
};

/** With the marks of a paste around it, which the program has asked for. */
function pasted(): Buffer {
  const line = 'a line of a long text that somebody pastes, 64 characters long.\r';
  const text = line.repeat(BYTES / line.length);
  return Buffer.from(`\x1b[200~${text.slice(0, BYTES - 12)}\x1b[201~`);
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
