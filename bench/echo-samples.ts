/** How long a key takes to come back on the screen. */
import type { Numbers } from './measure.ts';
import { quantile } from './stats.ts';
import type { Terminal } from './terminal.ts';

/** Letters in which no sequence ends that a multiplexer draws with. */
const LETTERS = Buffer.from('jkovwxyz');
/** A key that is lost is not waited for any longer. */
const LOST_MS = 2_000;
const READY_LIMIT_MS = 5_000;
/** So that the first keys, with cold caches and code, are not counted. */
const UNCOUNTED = 100;

/** Microseconds for each of `count` keys, with a pause of up to `pauseMs` before each. */
export async function echoSamples(
  terminal: Terminal,
  count: number,
  pauseMs: number,
): Promise<number[]> {
  await untilEchoes(terminal);
  const samples: number[] = [];
  for (let n = -UNCOUNTED; n < count; n++) {
    // Not in step with anything: a fixed sequence of pauses that looks random.
    const pause = pauseMs * ((((n + UNCOUNTED) * 0.618) % 1) + 0);
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    const us = await echo(terminal, (n + UNCOUNTED) % LETTERS.length);
    if (n >= 0) samples.push(us);
  }
  return samples;
}

export function p50and99(samples: readonly number[]): Numbers<'p50' | 'p99'> {
  return { p50: quantile(samples, 0.5), p99: quantile(samples, 0.99) };
}

function echo(terminal: Terminal, letter: number): Promise<number> {
  const key = LETTERS.subarray(letter, letter + 1);
  return new Promise((resolve) => {
    const start = performance.now();
    const timer = setTimeout(() => resolve(LOST_MS * 1000), LOST_MS);
    terminal.onData = (bytes) => {
      if (!bytes.includes(key)) return;
      const us = (performance.now() - start) * 1000;
      clearTimeout(timer);
      terminal.onData = undefined;
      resolve(us);
    };
    terminal.key(key);
  });
}

/** The client is there, and so is the program. */
async function untilEchoes(terminal: Terminal): Promise<void> {
  await terminal.quiet(100, READY_LIMIT_MS);
  const end = performance.now() + READY_LIMIT_MS;
  while (performance.now() < end) {
    const seen = terminal.sees(['o'], 100);
    terminal.key(Buffer.from('o'));
    if (await seen) {
      await terminal.quiet(100);
      return;
    }
  }
  throw new Error('the session does not echo');
}
