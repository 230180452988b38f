/** How long a key takes to come back on the screen. */
import type { Numbers } from './measure.ts';
import { quantile } from './stats.ts';
import type { Terminal } from './terminal.ts';

/** Letters in which no sequence ends that a multiplexer draws with. */
const LETTERS = Buffer.from('jkovwxyz');
/** A key that is lost is not waited for any longer. */
const LOST_MS = 2_000;
const READY_LIMIT_MS = 5_000;
/**
 * Keys before the first that counts: caches, and the code of those peers that are compiled while
 * they run. That is some minutes of typing; the row for the first keys has what comes before.
 */
export const WARM_UP_KEYS = 3_000;
/** Without any, the first few would be those of a client that is still being drawn. */
export const FIRST_KEYS = 20;

/** Microseconds for each of `count` keys, with a pause of up to `pauseMs` before each. */
export async function echoSamples(
  terminal: Terminal,
  count: number,
  pauseMs: number,
  uncounted = WARM_UP_KEYS,
): Promise<number[]> {
  await untilEchoes(terminal);
  for (let n = 0; n < uncounted; n++) await echo(terminal, n % LETTERS.length);
  const samples: number[] = [];
  for (let n = 0; n < count; n++) {
    // Not in step with anything: a fixed sequence of pauses that looks random.
    const pause = pauseMs * ((n * 0.618) % 1);
    if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
    samples.push(await echo(terminal, n % LETTERS.length));
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
