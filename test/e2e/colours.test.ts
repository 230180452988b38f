/** What Codex draws fits the terminal that its session was started from. */
import { expect, test } from 'vitest';
import { createCodexRig, READY, startedUp } from '../support/rig/codex-rig.ts';
import { LIGHT } from '../support/terminal/emulator.ts';

/** The brightness (0 to 255) of each background that is on the screen. */
async function backgrounds(ok: (args: readonly string[]) => Promise<string>, name: string) {
  const screen = await ok(['peek', name, '--ansi']);
  const found = screen.matchAll(/48;2;(\d+);(\d+);(\d+)/g);
  return [...found].map(([, ...rgb]) => rgb.reduce((sum, part) => sum + Number(part), 0) / 3);
}

test('start -d in a light terminal, then attach: nothing dark behind the text', async () => {
  const { rig } = await createCodexRig();
  const ok = (args: readonly string[]) => rig.ok(args);
  await rig.ok(['start', '-d', 'nowhere']);
  await startedUp(rig, 'nowhere');
  expect(Math.max(...(await backgrounds(ok, 'nowhere')))).toBeLessThan(100);

  const starting = rig.open(['start', '-d', 'light'], { colours: LIGHT, cols: 132, rows: 43 });
  expect(await starting.waitForExit()).toBe(0);
  await startedUp(rig, 'light');
  expect(Math.min(...(await backgrounds(ok, 'light')))).toBeGreaterThan(150);

  // The one that does not know better until it starts again.
  const attached = rig.open(['attach', 'nowhere'], { colours: LIGHT });
  await attached.waitFor(READY);
  attached.press('ctrl+\\');
  expect(await attached.waitForExit()).toBe(0);
  expect(attached.text()).toContain('codex-sessions restart ultra:nowhere');
  const again = rig.open(['restart', 'nowhere'], { colours: LIGHT });
  expect(await again.waitForExit()).toBe(0);
  await startedUp(rig, 'nowhere');
  expect(Math.min(...(await backgrounds(ok, 'nowhere')))).toBeGreaterThan(150);
});
