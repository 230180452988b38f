/** The real Codex on another machine, behind a real sshd. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { codexBin, createCodexHome } from '../support/rig/codex-home.ts';
import { READY } from '../support/rig/codex-rig.ts';
import { LoopbackModel } from '../support/rig/model.ts';
import { createFarRig, type FarRig } from '../support/ssh/far-rig.ts';

async function createFarCodexRig(): Promise<FarRig> {
  const model = await LoopbackModel.start();
  onTestFinished(() => model.close());
  const codexHome = createCodexHome(model);
  onTestFinished(() => codexHome[Symbol.dispose]());
  const bin = mkdtempSync(join(tmpdir(), 'cs-bin-'));
  onTestFinished(() => rmSync(bin, { recursive: true, force: true }));
  symlinkSync(codexBin, join(bin, 'codex'));
  const rig = await createFarRig({
    far: { codex: null, env: { ...codexHome.env, PATH: `${bin}:${process.env.PATH}` } },
  });
  codexHome.trust(rig.there.projectDir);
  const config = `[hosts.box]\ndefault_dir = "${rig.there.projectDir}"\n`;
  rig.here.file('home/.config/codex-sessions/config.toml', config);
  return rig;
}

test('a prompt, its answer, the conversation, and what is made of it', async () => {
  const { here, there } = await createFarCodexRig();
  expect(await here.ok(['run', 'box/review', 'first words'])).toContain('You said: first words');
  expect(await here.ok(['send', 'box/review', '--wait'], { input: 'second words' })).toContain(
    'You said: second words',
  );
  const log = await here.ok(['log', 'box/review']);
  expect(log).toContain('first words');
  expect(log).toContain('You said: second words');
  expect(await here.ok(['explain', 'box/review'])).toContain('ultra:review');
  expect(await here.ok(['wait', 'box/review'])).toMatch(/^box\/ultra:review (?:idle|done)\n$/);

  const events = here.run(['events', 'box/review', '--json']);
  await there.waitUntil(
    () => there.processes().some(({ command }) => / events /.test(command)),
    'the events to be followed',
  );
  expect(await here.ok(['fork', '-d', 'box/review', 'other'])).toMatch(
    /^box\/codex:ultra:other:[0-9a-f]{8}\n$/,
  );
  expect(await here.ok(['ls', 'box/'])).toMatch(
    /box\/ultra:other[\s\S]*box\/ultra:review|box\/ultra:review[\s\S]*box\/ultra:other/,
  );
  const [before] = (await there.list()).filter(({ name }) => name === 'review');
  await here.ok(['restart', 'box/review', '--when-idle']);
  const [after] = (await there.list()).filter(({ name }) => name === 'review');
  expect(after?.pid).not.toBe(before?.pid);
  await here.ok(['detach', 'box/review']);
  await here.ok(['kill', '-y', 'box/review', 'box/other']);
  expect((await events).stdout).toContain('"event":"exited"');
  await here.ok(['forget', 'box/other']);
  expect(await here.list()).toEqual([]);
});

test('attached to a Codex there', async () => {
  const { here } = await createFarCodexRig();
  const terminal = here.open(['start', 'box/main'], { cols: 100, rows: 30 });
  await terminal.waitFor(READY, { what: "Codex's prompt" });
  terminal.paste('over the line', 'enter');
  await terminal.waitFor('You said: over the line');
  terminal.press('ctrl+\\');
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.modes()).toMatchObject({ kittyFlags: 0, bracketedPaste: false, mouse: 'none' });
  const again = here.open(['attach', 'box/main'], { cols: 100, rows: 30 });
  await again.waitFor('You said: over the line');
  again.press('ctrl+\\');
  expect(await again.waitForExit()).toBe(0);
});
