/** Runs measures: the peers by turns within each round, so that what else the machine does hits all. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Arena } from './arena.ts';
import type { Measure, Numbers } from './measure.ts';
import type { Peer } from './peers/peer.ts';
import { raw } from './peers/raw.ts';
import { median } from './stats.ts';

export const BARE_NODE = 'bare Node';

export interface Result {
  readonly measure: string;
  readonly metric: string;
  /** Every counted round by the peer's name; nothing where the peer cannot do it. */
  readonly rounds: Readonly<Record<string, readonly number[]>>;
}

type Taken = Record<string, Record<string, number[]>>;

export async function runMeasure(
  measure: Measure,
  peers: readonly Peer[],
  log: (text: string) => void,
  rounds = measure.rounds,
): Promise<Result[]> {
  const taken: Taken = {};
  for (let round = measure.cold ? 1 : 0; round <= rounds; round++) {
    // Nobody is always the first, or always behind the same one.
    const order = peers.map((_, at) => peers[(at + round) % peers.length]!);
    for (const peer of order) {
      const numbers = await runPeer(measure, peer, log);
      if (round > 0) note(taken, measure, peer.name, numbers);
    }
    if (measure.bareNode && round > 0) note(taken, measure, BARE_NODE, await bareNode(measure));
  }
  return Object.keys(measure.metrics).map((metric) => ({
    measure: measure.name,
    metric,
    rounds: taken[metric] ?? {},
  }));
}

async function runPeer(
  measure: Measure,
  peer: Peer,
  log: (text: string) => void,
): Promise<Numbers> {
  const arena = new Arena(peer);
  try {
    if (measure.suits && !measure.suits(arena)) return {};
    const numbers = await measure.run(arena);
    const shown = Object.entries(numbers).map(([k, v]) => `${k} ${v?.toFixed(2) ?? '-'}`);
    log(`${measure.name} · ${peer.name}: ${shown.join(', ')}`);
    return numbers;
  } catch (error) {
    log(`${measure.name} · ${peer.name}: FAILED ${error instanceof Error ? error.stack : error}`);
    return {};
  } finally {
    await arena.close();
  }
}

const BARE_TIMES = 5;

/** The least that any command written in Node costs. */
async function bareNode(measure: Measure): Promise<Numbers> {
  const arena = new Arena(raw);
  try {
    const file = join(arena.dir, 'empty.js');
    writeFileSync(file, '');
    const taken: number[] = [];
    for (let n = 0; n < BARE_TIMES; n++)
      taken.push(await arena.time({ file: process.execPath, args: [file] }));
    const ms = median(taken);
    const inMs = Object.entries(measure.metrics).filter(([, { unit }]) => unit === 'ms');
    return Object.fromEntries(inMs.map(([metric]) => [metric, ms]));
  } finally {
    await arena.close();
  }
}

function note(taken: Taken, measure: Measure, peer: string, numbers: Numbers): void {
  for (const metric of Object.keys(measure.metrics)) {
    const value = numbers[metric];
    if (value === undefined || Number.isNaN(value)) continue;
    taken[metric] ??= {};
    taken[metric][peer] ??= [];
    taken[metric][peer].push(value);
  }
}
