import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent } from '../arena.ts';
import { fixed, type Measure, times } from '../measure.ts';
import { program } from '../programs.ts';
import type { Terminal } from '../terminal.ts';

const SHORT_BYTES = 1024 * 1024;
const LONG_BYTES = 16 * 1024 * 1024;
const LIMIT_MS = 20_000;

/** A paste into a program that says what it got. Terminal and program are in C (bench/programs). */
export const paste: Measure<'speed' | 'exact' | 'long'> = {
  name: 'paste',
  rounds: 3,
  metrics: {
    speed: {
      title: '1 MiB paste; terminal and receiver in C',
      unit: 'MB/s',
      better: 'higher',
      digits: 1,
      goal: ['≥ 2 × tmux', times('tmux', 2)],
    },
    exact: {
      title: '… of which arrived as it was',
      unit: '%',
      better: 'higher',
      goal: ['all', fixed(100)],
    },
    long: { title: '16 MiB paste', unit: 'MB/s', better: 'higher', digits: 1 },
  },
  async run(arena) {
    const { agent, terminal } = await arena.agent('paste');
    agent.run(`printf '\\033[?2004h'`);
    await terminal.quiet(200);
    const file = join(arena.dir, 'pasted');
    const speed = await speedOf(SHORT_BYTES, agent, terminal, file);
    const exact = speed === undefined ? 0 : 100;
    // Of what loses a paste the rest would be read by a shell.
    if (speed === undefined) return { exact };
    return { speed, exact, long: await speedOf(LONG_BYTES, agent, terminal, file) };
  },
};

/** In MB/s; undefined if it did not arrive as it was. */
async function speedOf(
  bytes: number,
  agent: Agent,
  terminal: Terminal,
  file: string,
): Promise<number | undefined> {
  const text = pasted(bytes);
  writeFileSync(file, text);
  agent.run(`${program('receiver')} ${bytes}`);
  await agent.answer();
  const start = performance.now();
  const paster = spawn(program('paster'), [file], {
    stdio: ['ignore', 'ignore', 'inherit', terminal.master],
  });
  const got = await agent.answer(LIMIT_MS);
  const ms = performance.now() - start;
  paster.kill('SIGKILL');
  return got === `${bytes} ${fnv1a(text)}\n` ? bytes / 1000 / ms : undefined;
}

/** With the marks of a paste around it, which the program has asked for. */
function pasted(bytes: number): Buffer {
  const line = 'a line of a long text that somebody pastes, 64 characters long.\r';
  const text = line.repeat(bytes / line.length);
  return Buffer.from(`\x1b[200~${text.slice(0, bytes - 12)}\x1b[201~`);
}

/** 64 bits in hex, as the receiver says it; in halves, as numbers have 53 bits. */
function fnv1a(bytes: Uint8Array): string {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (const byte of bytes) {
    low ^= byte;
    // times 0x100_000001b3: the low word times 0x1b3, and shifted by 40 bits.
    const product = (low >>> 0) * 0x1b3;
    const carry = Math.floor(product / 0x1_0000_0000);
    high = (Math.imul(high, 0x1b3) + carry + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0');
  return hex(high) + hex(low);
}
