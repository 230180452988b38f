/** What is shown after reattaching is what was shown before, in text and in every pixel. */
import { expect, test } from 'vitest';
import { type KindName, Window } from '../support/desktop/window.ts';
import { createCodexRig, startedUp } from '../support/rig/codex-rig.ts';
import { freeze } from '../support/rig/freeze.ts';
import { ANSWERS, createRig } from '../support/rig/rig.ts';

/** Each is placed, and after it what begins two columns to the right of it. */
const CLUSTERS = ['⚠️', '1️⃣', '👍🏽', '👨‍👩‍👧‍👦', '🇩🇪', '🏳️‍🌈', '漢', 'é'];
const PLACED = CLUSTERS.map(
  (cluster, row) =>
    `\\033[${row + 1};1H${cluster}\\033[${row + 1};3H placed|END\\033[${row + 1};20H${cluster}`,
).join('');
const PROGRAM = `printf '\\033[?1049h\\033[?25l${PLACED}'`;

interface Shown {
  text: string;
  pixels: Buffer;
}

/** In lines, as a failure of the whole would print a million numbers. */
function expectAlike(seen: Shown, before: Shown): void {
  expect(seen.text.split('\n')).toEqual(before.text.split('\n'));
  expect(seen.pixels.equals(before.pixels), 'the same pixels').toBe(true);
}

/** Until the terminal shows nothing of it. */
async function detach(window: Window, attached: Promise<number>): Promise<void> {
  await window.display.press('ctrl+backslash');
  expect(await window.ended(attached)).toBe(0);
  await window.cleared();
}

test.each(['xterm', 'kitty'] as const)('%s: placed clusters', async (kind: KindName) => {
  const rig = createRig({
    codex: `${ANSWERS}
${PROGRAM}; exec sleep 99`,
  });
  const window = await Window.open(rig, kind);
  const alone = window.shell(`${PROGRAM}; read line; printf '\\033[?1049l\\033[?25h'`);
  await window.waitFor('placed|END');
  const before = await window.settled();
  await window.display.press('Return');
  await alone;
  await window.cleared();

  const started = window.command('start');
  await window.waitFor('placed|END');
  expectAlike(await window.settled(), before);
  await detach(window, started);
  void window.command('attach');
  await window.waitFor('placed|END');
  expectAlike(await window.settled(), before);
});

test('kitty: Codex', async () => {
  const { rig } = await createCodexRig();
  const window = await Window.open(rig, 'kitty');
  const prompt = '⚠️ mind, ✔️ done |  👍🏽 ok | 1️⃣ first | 漢字 |';
  const started = window.command('start', '--', prompt);
  await window.waitFor('You said');
  await startedUp(rig);
  await freeze(rig);
  const before = await window.settled();
  await detach(window, started);
  void window.command('attach');
  await window.waitFor('You said');
  expectAlike(await window.settled(), before);
});
