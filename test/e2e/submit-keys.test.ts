/** A prompt that is sent is submitted, whatever key submits in this Codex; else nothing is typed. */
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createCodexRig } from '../support/rig/codex-rig.ts';

const KEYS = '[tui.keymap.composer]\nsubmit = ["ctrl-enter"]\n';

test('where Enter is a line break: two prompts are two turns', async () => {
  const { rig, model, home } = await createCodexRig();
  home.trust(rig.projectDir);
  writeFileSync(join(home.path, 'keys.config.toml'), KEYS);
  const profile = ['--', '--profile', 'keys'];
  expect(await rig.ok(['run', 'one', 'the first', ...profile])).toBe('You said: the first\n');
  expect(await rig.ok(['send', '--wait', 'one'], { input: 'a line\nand another' })).toBe(
    'You said: a line\nand another\n',
  );
  await rig.ok(['send', 'one', 'the third']);
  expect((await model.request(/the third/)).prompts).toEqual([
    'the first',
    'a line\nand another',
    'the third',
  ]);
});

test('a configuration that changes meanwhile holds from the next start on', async () => {
  const { rig, home } = await createCodexRig();
  home.trust(rig.projectDir);
  await rig.ok(['start', '-d']);
  await rig.ok(['wait', 'main', '--until', 'idle']);
  appendFileSync(join(home.path, 'config.toml'), `\n${KEYS}`);
  for (const prompt of ['by Enter', 'by Ctrl-Enter']) {
    expect(await rig.ok(['send', '--wait', 'main', prompt])).toBe(`You said: ${prompt}\n`);
    await rig.ok(['restart', 'main']);
    await rig.ok(['wait', 'main', '--until', 'idle']);
  }
});

test('where no key submits, send says so and types nothing', async () => {
  const { rig } = await createCodexRig();
  await rig.ok(['start', '-d', '--', '-c', 'tui.keymap.composer.submit=[]']);
  await rig.ok(['wait', 'main', '--until', 'idle']);
  for (const args of [
    ['send', 'main', 'a prompt'],
    ['run', 'main', 'a prompt'],
  ]) {
    const { exitCode, stderr } = await rig.run(args);
    expect(exitCode).toBe(6);
    expect(stderr).toContain('no key submits a prompt in the Codex in ultra:main');
    expect(stderr).toContain('config.toml');
  }
  expect(await rig.ok(['peek', 'main'])).not.toContain('a prompt');
  await rig.ok(['send', '--no-submit', 'main', 'a draft']);
  await rig.waitUntil(async () => (await rig.ok(['peek'])).includes('a draft'), 'the draft');
});
