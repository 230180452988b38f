/** What a program asks its terminal is answered once, and no answer is taken for keys. */
import { expect, test } from 'vitest';
import { Window } from '../support/desktop/window.ts';
import { ANSWERS, createRig } from '../support/rig/rig.ts';

const TEXT = Array.from({ length: 100 }, (_, n) => `line ${n + 1}`).join('\n');

/** It asks for the cursor's shape and blinking, once that the terminal has said what it is. */
const VIM = `${ANSWERS}
printf '%s' '${TEXT}' > text; exec vim --clean -c 'nnoremap q :q!<CR>' -c 'normal 40G3l' text`;

test.each(['xterm', 'kitty'] as const)('vim in %s: keys are keys alone', async (kind) => {
  const window = await Window.open(createRig({ codex: VIM }), kind);
  const started = window.command('start');
  await window.waitFor('40,4');
  await window.display.type('ix');
  // Keys come after every answer that was on its way before.
  expect(await window.waitFor('linxe 40')).not.toMatch(/E353/);
  await window.display.press('Escape', 'ctrl+backslash');
  expect(await window.ended(started)).toBe(0);

  const attached = window.command('attach');
  await window.waitFor('linxe 40');
  await window.display.type('iy');
  expect(await window.waitFor('linyxe 40')).not.toMatch(/E353/);
  await window.display.press('Escape');
  await window.display.type('q');
  expect(await window.ended(attached)).toBe(0);
});
