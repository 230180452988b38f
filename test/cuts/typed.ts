/** Checks what the program has read of what was typed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * 3 s on the way, by a clock that may be off by one direction's delay; and the time until the program is
 * scheduled.
 */
const LATE_MS = 4_000;

export interface Typed {
  readonly typedLines: number;
  readonly arrivedLines: number;
  /** The longest time that a line took to arrive, in ms. */
  readonly oldestMs: number;
}

/** @throws Error if something arrived late, twice or out of order, or if the program noticed anything else */
export function typedIn(place: string): Typed {
  const noticed = join(place, 'noticed');
  if (existsSync(noticed)) throw new Error(`it noticed: ${readFileSync(noticed, 'utf8')}`);
  const text = readFileSync(join(place, 'typed'), 'utf8');
  let [last, oldestMs, arrivedLines] = [0, 0, 0];
  for (const line of text.split('\n')) {
    const [came, sent, number] = /^(\d+) (\d+) line (\d+)$/.exec(line)?.slice(1).map(Number) ?? [];
    if (came === undefined || sent === undefined || number === undefined) continue;
    if (number <= last) throw new Error(`line ${number} arrived behind line ${last}`);
    if (came - sent > LATE_MS) throw new Error(`line ${number} arrived ${came - sent} ms late`);
    last = number;
    oldestMs = Math.max(oldestMs, came - sent);
    arrivedLines += 1;
  }
  if (arrivedLines === 0) throw new Error(`nothing that was typed has arrived:\n${text}`);
  return { typedLines: last, arrivedLines, oldestMs };
}
