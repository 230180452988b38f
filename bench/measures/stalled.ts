import { Terminal as Emulator } from '@xterm/headless';
import { fixed, type Measure } from '../measure.ts';
import { privateBytes } from '../processes.ts';
import type { Terminal } from '../terminal.ts';

const FLOOD_MS = 5_000;
const LOOK_MS = 100;
const CATCH_UP_MS = 1_500;
const MIB = 1024 * 1024;
const FLOOD = `yes "$(printf '\\033[32mflood\\033[0m %060d\\r' 1)" & echo $! >&4; wait`;
const LAST_SCREEN = `printf '\\033[2J\\033[H'; seq -f 'after the flood %.0f\r' 1 20`;

/** One terminal stops reading for 5 s while the program floods; another one reads on. */
export const stalled: Measure<'silence' | 'speed' | 'growth' | 'exact'> = {
  name: 'stalled',
  rounds: 1,
  cold: true,
  metrics: {
    silence: {
      title: 'a client stalls 5 s in a flood: longest silence at the other',
      unit: 'ms',
      goal: ['undisturbed: ≤ 50', fixed(50)],
    },
    speed: { title: '… the other gets', unit: 'MB/s', better: 'higher', digits: 1 },
    growth: {
      title: '… memory grows by',
      unit: 'MiB',
      digits: 1,
      goal: ['≤ 8', fixed(8)],
    },
    exact: {
      title: '… rows that are right on the stalled one afterwards',
      unit: '%',
      better: 'higher',
      goal: ['all', fixed(100)],
    },
  },
  suits: (arena) => arena.commands !== undefined,
  async run(arena) {
    const { agent, terminal: reading } = await arena.agent('flood');
    const stuck = arena.open('flood');
    await stuck.quiet(200);
    // Buffers that every flood fills are there before.
    agent.run(FLOOD);
    const warmUp = await agent.answer();
    await sleep(1_000);
    process.kill(Number(warmUp), 'SIGKILL');
    await reading.quiet(200);

    const before = privateBytes(arena.holders());
    const shown = keep(stuck);
    stuck.pause();
    const seen = watch(reading);
    agent.run(FLOOD);
    const pid = Number(await agent.answer());
    let most = 0;
    for (let ms = 0; ms < FLOOD_MS; ms += LOOK_MS) {
      await sleep(LOOK_MS);
      most = Math.max(most, privateBytes(arena.holders()));
    }
    const { silence, bytes } = seen();
    process.kill(pid, 'SIGKILL');
    stuck.resume();
    await stuck.quiet(300, CATCH_UP_MS);
    agent.run(LAST_SCREEN);
    await stuck.quiet(300, CATCH_UP_MS);
    return {
      silence,
      speed: bytes / 1000 / FLOOD_MS,
      growth: (most - before) / MIB,
      exact: await rowsThatAreRight(shown()),
    };
  },
};

/** Longest time without output, and how much came. */
function watch(terminal: Terminal): () => { silence: number; bytes: number } {
  const from = terminal.receivedBytes;
  let last = performance.now();
  let silence = 0;
  terminal.onData = () => {
    const now = performance.now();
    silence = Math.max(silence, now - last);
    last = now;
  };
  return () => {
    terminal.onData = undefined;
    silence = Math.max(silence, performance.now() - last);
    return { silence, bytes: terminal.receivedBytes - from };
  };
}

function keep(terminal: Terminal): () => Buffer {
  const chunks: Buffer[] = [];
  terminal.onData = (bytes) => chunks.push(Buffer.from(bytes));
  return () => Buffer.concat(chunks);
}

async function rowsThatAreRight(bytes: Buffer): Promise<number> {
  const screen = new Emulator({ cols: 80, rows: 24, allowProposedApi: true });
  await new Promise<void>((resolve) => screen.write(bytes, resolve));
  const { active } = screen.buffer;
  let right = 0;
  for (let n = 1; n <= 20; n++) {
    const row = active.getLine(active.baseY + n - 1)?.translateToString(true);
    if (row === `after the flood ${n}`) right++;
  }
  screen.dispose();
  return right * 5;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
