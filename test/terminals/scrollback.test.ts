/** The terminal's own scrollback, of a program that draws on the main screen: every line, in order. */
import { expect, test } from 'vitest';
import { Window } from '../support/desktop/window.ts';
import { ANSWERS, createRig, type Rig } from '../support/rig/rig.ts';

const KINDS = ['xterm', 'kitty'] as const;

/** Prints 200 lines at its start and for every line that is typed. */
const PRINTS = `${ANSWERS}
n=0
while :; do
  end=$((n + 200))
  while [ $n -lt $end ]; do n=$((n + 1)); echo "row $n."; done
  echo "printed up to $n"
  read line
done`;

/** As ranges, which a failure prints in one line: `1-200`. */
async function rowsOf(window: Window): Promise<string> {
  const rows = [...(await window.history()).matchAll(/^row (\d+)\.$/gm)].map(([, n]) => Number(n));
  const begins = rows.filter((row, at) => row !== (rows[at - 1] ?? Number.NaN) + 1);
  const ends = rows.filter((row, at) => row !== (rows[at + 1] ?? Number.NaN) - 1);
  return begins.map((begin, at) => `${begin}-${ends[at]}`).join(' ');
}

async function detach(window: Window, attached: Promise<number>): Promise<void> {
  await window.display.press('ctrl+backslash');
  expect(await window.ended(attached)).toBe(0);
}

/** The rows that a screen of 30 has beside two lines of the program. */
const SCREEN = '173-200';

test.each(KINDS)('%s: coming back adds no more than the screen', async (kind) => {
  const window = await Window.open(createRig({ codex: PRINTS }), kind);
  let expected = '1-200';
  for (const word of ['start', 'attach', 'attach']) {
    const attached = window.command(word);
    await window.waitFor(/printed up to 200\n*$/);
    await window.settled();
    expect(await rowsOf(window), word).toBe(expected);
    await detach(window, attached);
    await window.waitFor('detached from');
    expect(await rowsOf(window), `after ${word}`).toBe(expected);
    // What was left on the screen stays above what the shell writes.
    expected += ` ${SCREEN}`;
  }
});

test.each(KINDS)('%s: what was printed in between', async (kind) => {
  const rig = createRig({ codex: PRINTS });
  const window = await Window.open(rig, kind);
  const started = window.command('start');
  await window.waitFor('printed up to 200');
  await detach(window, started);
  await rig.ok(['send', 'main', '--key', 'enter']);
  await rig.waitUntil(
    async () => (await rig.ok(['peek', 'main'])).includes('printed up to 400'),
    'the next lines',
  );
  const attached = window.command('attach');
  await window.waitFor('printed up to 400');
  await window.settled();
  expect(await rowsOf(window)).toBe('1-400');
  await detach(window, attached);
});

/** The one that types owns the size. */
async function more(window: Window, upTo: number): Promise<void> {
  await window.display.press('Return');
  await window.waitFor(`printed up to ${upTo}`);
}

async function bothAttached(rig: Rig): Promise<void> {
  await rig.waitUntil(async () => (await rig.list())[0]?.clients === 2, 'two clients');
}

test.each(KINDS)('%s: another terminal owns the size meanwhile', async (kind) => {
  const rig = createRig({ codex: PRINTS });
  const large = await Window.open(rig, kind);
  const small = await Window.open(rig, kind, { cols: 80, rows: 20 });
  const inLarge = large.command('start');
  await large.waitFor('printed up to 200');
  const inSmall = small.command('attach');
  await bothAttached(rig);
  await more(small, 400);
  await more(large, 600);
  await more(small, 800);
  await more(large, 1000);
  await large.settled();
  expect(await rowsOf(large)).toBe('1-1000');
  await detach(small, inSmall);
  await detach(large, inLarge);
  expect(await rowsOf(large)).toBe('1-1000');
});
