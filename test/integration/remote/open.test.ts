/** `--open` with a session of another machine: the tab is of this machine, and attaches there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFarRig } from '../../support/ssh/far-rig.ts';

test.each(['start', 'attach', 'switch'])('%s --open', async (command) => {
  const rig = await createFarRig({ config: `open = "printf '%s\\\\0' {command} >notes"` });
  const name = 'box/review';
  if (command !== 'start') await rig.here.ok(['start', '-d', name]);
  const terminal = rig.here.open([command, '--open', name]);
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.text()).toMatch(/Opened box\/\w+:review in a new tab/);
  const words = readFileSync(join(rig.here.projectDir, 'notes'), 'utf8').split('\0').slice(0, -1);
  expect(words.slice(-2)).toEqual([
    'attach',
    expect.stringMatching(/^box\/codex:\w+:review:[\da-f]{8}$/),
  ]);
  expect((await rig.there.list()).map(({ state }) => state)).toEqual(['running']);
  const attached = rig.here.open(words.slice(-2));
  await attached.waitFor('stand-in ready');
  attached.press('ctrl+\\');
  expect(await attached.waitForExit()).toBe(0);
});

test('where nothing can be opened, nothing is started there', async () => {
  const rig = await createFarRig();
  const { stderr, exitCode } = await rig.here.run(['start', '--open', 'box/review']);
  expect(stderr).toContain('there is no tmux, zellij, kitty or WezTerm here');
  expect(exitCode).toBe(2);
  expect(await rig.there.list('--all')).toEqual([]);
});
