/** Light terminals: a session that was started in the background is for the terminal of its start. */
import { expect, test } from 'vitest';
import type { Colours } from '../support/desktop/display.ts';
import { Window } from '../support/desktop/window.ts';
import { createCodexRig } from '../support/rig/codex-rig.ts';
import { ANSWERS, createRig } from '../support/rig/rig.ts';

const KINDS = ['xterm', 'kitty'] as const;
/** Letters have less of the window than that, bars and boxes have more. */
const AREA = 0.02;
const LIGHT = 0xc0;

const ASKS = `${ANSWERS}
stty raw -echo
printf '\\033]10;?\\033\\\\\\033]11;?\\033\\\\\\033[c'
printf 'told: %s\\r\\n' "$(head -c 52 | tr -d '\\033')"
exec sleep 99`;

function areasOf(colours: Colours): string[] {
  return [...colours].filter(([, part]) => part > AREA).map(([colour]) => colour);
}

function isLight(colour: string): boolean {
  const channels = colour.slice(1).match(/../g) ?? [];
  return channels.every((channel) => Number.parseInt(channel, 16) >= LIGHT);
}

test.each(KINDS)('%s: the program is told the colours', async (kind) => {
  const window = await Window.open(createRig({ codex: ASKS }), kind, { light: true });
  expect(await window.command('start', '-d', '--no-wait')).toBe(0);
  void window.command('attach');
  const told = await window.waitFor(/told: .+/);
  expect(told).toContain('told: ]10;rgb:0000/0000/0000\\]11;rgb:ffff/ffff/ffff');
});

test.each(KINDS)('%s: Codex has no dark bar', async (kind) => {
  const { rig } = await createCodexRig();
  const window = await Window.open(rig, kind, { light: true });
  expect(await window.command('start', '-d', '--', 'what is this')).toBe(0);
  void window.command('attach');
  await window.waitFor('You said');
  const areas = await rig.waitUntil(async () => {
    const found = areasOf(await window.display.colours());
    return found.length > 1 && found;
  }, 'a bar behind the prompt');
  expect(areas.filter((colour) => !isLight(colour))).toEqual([]);
});
