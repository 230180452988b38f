/** `npm run demo`, which is the first thing that people try. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { repository } from '../support/repository.ts';
import { requireBuild } from '../support/rig/build.ts';
import { createRig, type Rig } from '../support/rig/rig.ts';

const demo = join(repository, 'scripts', 'demo.mjs');

/** The demo keeps its things in the temporary directory; here that is the rig's own. */
function prepare(): { rig: Rig; env: Record<string, string>; left: () => string[] } {
  requireBuild();
  const rig = createRig();
  const temporary = join(rig.root, 'tmp');
  rig.file('tmp/keep', '');
  return { rig, env: { TMPDIR: temporary }, left: () => readdirSync(temporary) };
}

test('without a terminal it prints the list and both screens', async () => {
  const { rig, env, left } = prepare();
  const { stdout, exitCode, all } = await execa(process.execPath, [demo], {
    cwd: rig.root,
    env: { ...rig.env, ...env },
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    all: true,
  });
  expect(stdout).toMatch(/^demo:feature .*$/m);
  expect(stdout).toMatch(/^demo:review .*$/m);
  expect(stdout).toContain('Done: list --json prints one array');
  expect(stdout).toContain('One finding: the socket');
  expect(exitCode, all).toBe(0);
  await rig.waitUntilEmpty();
  expect(left()).toEqual(['keep']);
});

test('in a terminal it attaches, and cleans up after the detach', async () => {
  const { rig, env, left } = prepare();
  const terminal = rig.openProgram(process.execPath, [demo], { env });
  await terminal.waitFor('Press Enter');
  terminal.press('enter');
  await terminal.waitFor('Done: list --json prints one array');
  terminal.press('ctrl+^');
  await terminal.waitFor('enter attach', { what: 'the switcher' });
  terminal.type('review');
  terminal.press('enter');
  await terminal.waitFor('One finding: the socket');
  terminal.press('ctrl+\\');
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.text()).toContain('[detached from demo:review]');
  await rig.waitUntilEmpty();
  expect(left()).toEqual(['keep']);
});

test('it cleans up when its terminal is closed', async () => {
  const { rig, env, left } = prepare();
  const terminal = rig.openProgram(process.execPath, [demo], { env });
  await terminal.waitFor('Press Enter');
  terminal.close();
  await terminal.waitForExit();
  await rig.waitUntilEmpty();
  expect(left()).toEqual(['keep']);
});
