import type { Arena } from '../arena.ts';
import { fixed, type Measure } from '../measure.ts';
import { privateBytes, residentBytes } from '../processes.ts';

const MORE = 8;
const SIZE = { cols: 120, rows: 40 };
const LINES = 2_000;
const COLUMNS = 99;
/** Whatever is tidied up afterwards has been. */
const SETTLE_MS = 1_500;
const MIB = 1024 * 1024;

/** Memory of the processes that hold the terminals, each with 2,000 lines of 99 columns. */
export const memory: Measure<'one' | 'more' | 'resident'> = {
  name: 'memory',
  rounds: 3,
  cold: true,
  metrics: {
    one: {
      title: 'private memory with one session, 2,000 lines × 99 columns',
      unit: 'MiB',
      digits: 2,
      goal: ['≤ 15', fixed(15)],
    },
    more: {
      title: '… and for each more',
      unit: 'MiB',
      digits: 2,
      goal: ['≤ 2.5, then ≤ 1', fixed(2.5)],
    },
    resident: {
      title: 'resident memory with one session: private, and shared with other processes',
      unit: 'MiB',
      digits: 1,
    },
  },
  suits: (arena) => arena.commands !== undefined,
  async run(arena) {
    await filled(arena, 's0');
    const one = await settled(arena);
    const resident = residentBytes(arena.holders());
    for (let n = 1; n <= MORE; n++) await filled(arena, `s${n}`);
    const all = await settled(arena);
    return { one: one / MIB, more: (all - one) / MORE / MIB, resident: resident / MIB };
  },
};

/** Seen once by a terminal of that size, then left alone. */
export async function filled(arena: Arena, name: string): Promise<void> {
  const { agent, terminal } = await arena.agent(name, SIZE);
  await terminal.quiet(100);
  const row = Array.from({ length: COLUMNS }, (_, i) => 'abcdefghij'[i % 10]).join('');
  agent.run(`yes '${row}\r' | head -n ${LINES + SIZE.rows}; echo done >&4`);
  await agent.answer();
  await terminal.quiet(100);
  await terminal.close();
}

async function settled(arena: Arena): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  return privateBytes(arena.holders());
}
