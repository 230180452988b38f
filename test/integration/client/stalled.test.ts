/**
 * Clients that stop reading while a program floods: whoever reads on gets every byte, the program
 * goes on, and a client that was stuck is shown the screen of now.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import { cellsOf } from '../../support/terminal/cells.ts';
import type { Terminal } from '../../support/terminal/terminal.ts';

/** `npm run test:soak` has more. At least twice what a client may be behind. */
const FLOOD_LINES = Number(process.env.CODEX_SESSIONS_TEST_FLOOD_LINES ?? 200_000);
const LINE_BYTES = 96;
const MIB = 1024 * 1024;
/** What a stalled client may cost, and what the runtime's collector leaves lying about. */
const GROWTH_MAX_BYTES = (4 + 28) * MIB;
/** So that buffers which every flood fills are there before anything is measured. */
const WARM_UP_LINES = 40_000;
const SLOW_MS = 60_000 + FLOOD_LINES / 4;

/** Numbered lines in colour, then a mark on the terminal and in a file. */
function flood(rig: Rig, name: string, lines = FLOOD_LINES): string {
  const script = `BEGIN { for (i = 1; i <= ${lines}; i++) printf "\\033[3%dmseq %08d\\033[m %076d\\n", i % 8, i, 0 }`;
  return `awk '${script}'; echo flood over; touch ${join(rig.root, name)}`;
}

const over = (rig: Rig, name: string) => existsSync(join(rig.root, name));

function residentBytes(pid: number): number {
  const pages = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1];
  return Number(pages) * 4096;
}

/** Follows the supervisor's memory until stopped; tells by how much it grew. */
function watchMemory(rig: Rig): () => number {
  const pid = rig.supervisorPid() ?? 0;
  const before = residentBytes(pid);
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, residentBytes(pid));
  }, 50);
  return () => {
    clearInterval(timer);
    return most - before;
  };
}

function numbersIn(terminal: Terminal): number[] {
  const text = terminal.raw().toString('latin1').split('\x1b[2J').at(-1) ?? '';
  return [...text.matchAll(/seq (\d{8})\x1b\[m /g)].map((match) => Number(match[1]));
}

function looks({ emulator }: Terminal): string {
  return JSON.stringify([cellsOf(emulator.xterm, emulator.xterm.rows), emulator.cursor()]);
}

/** Either of them may be the last to be painted. */
function alike(rig: Rig, one: Terminal, other: Terminal): Promise<true> {
  return rig.waitUntil(() => looks(one) === looks(other), 'both to show the same');
}

test(
  'one of two stops reading: the other loses nothing, and the first comes back to the right screen',
  async () => {
    const rig = createRig();
    const reading = rig.open(['start']);
    await reading.waitFor('stand-in ready');
    reading.send(`${flood(rig, 'warm', WARM_UP_LINES)}; clear; echo warm-$((40+2))\r`);
    await rig.waitUntil(() => over(rig, 'warm'), 'the supervisor to be warm');
    await reading.waitFor(/^warm-42/m);
    const stuck = rig.open(['attach', 'main']);
    await stuck.waitFor(/^warm-42/m);
    stuck.stall();
    const grown = watchMemory(rig);
    reading.send(`${flood(rig, 'over')}\r`);
    await rig.waitUntil(() => over(rig, 'over'), 'the flood to be over', SLOW_MS);
    await reading.waitFor(/^flood over/m, { timeout: SLOW_MS });
    expect(grown()).toBeLessThan(GROWTH_MAX_BYTES);
    const numbers = numbersIn(reading);
    expect(numbers.length).toBe(FLOOD_LINES);
    expect(numbers.every((number, i) => number === i + 1)).toBe(true);

    stuck.goOn();
    await stuck.waitFor(/^flood over/m, { timeout: SLOW_MS });
    // It was skipped forward: it cannot have been kept for it.
    expect(stuck.raw().length).toBeLessThan(8 * MIB);
    expect(stuck.raw().length).toBeLessThan((FLOOD_LINES * LINE_BYTES) / 2);
    await alike(rig, stuck, reading);
  },
  2 * SLOW_MS,
);

test(
  'the only one stops reading: the program goes on, and it comes back to the right screen',
  async () => {
    const rig = createRig();
    const stuck = rig.open(['start']);
    await stuck.waitFor('stand-in ready');
    stuck.send(`${flood(rig, 'warm', WARM_UP_LINES)}; clear; echo warm-$((40+2))\r`);
    await rig.waitUntil(() => over(rig, 'warm'), 'the supervisor to be warm');
    await stuck.waitFor(/^warm-42/m);
    const warm = stuck.raw().length;
    stuck.send(`read x; ${flood(rig, 'over')}\r`);
    await stuck.waitFor('read x');
    stuck.stall();
    stuck.send('\r');
    const grown = watchMemory(rig);
    await rig.waitUntil(() => over(rig, 'over'), 'the flood to be over', SLOW_MS);
    expect(grown()).toBeLessThan(GROWTH_MAX_BYTES);

    stuck.goOn();
    await stuck.waitFor(/^flood over/m, { timeout: SLOW_MS });
    expect(stuck.raw().length - warm).toBeLessThan((FLOOD_LINES * LINE_BYTES) / 2);
    const fresh = rig.open(['attach', 'main']);
    await fresh.waitFor(/^flood over/m);
    await alike(rig, stuck, fresh);
    stuck.type('echo still alive');
    stuck.press('enter');
    await stuck.waitFor(/^still alive/m);
  },
  2 * SLOW_MS,
);

test(
  'one that reads slowly, but reads, gets every byte and sets the pace',
  async () => {
    const rig = createRig();
    const slow = rig.open(['start']);
    await slow.waitFor('stand-in ready');
    slow.send(`${flood(rig, 'over')}\r`);
    let reading = true;
    const timer = setInterval(() => {
      reading = !reading;
      if (reading) slow.goOn();
      else slow.stall();
    }, 100);
    await slow.waitFor(/^flood over/m, { timeout: SLOW_MS });
    clearInterval(timer);
    slow.goOn();
    const numbers = numbersIn(slow);
    expect(numbers.length).toBe(FLOOD_LINES);
    expect(numbers.every((number, i) => number === i + 1)).toBe(true);
  },
  2 * SLOW_MS,
);
