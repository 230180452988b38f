import { expect, test } from 'vitest';
import { createFarRig } from '../../support/ssh/far-rig.ts';

const WORKING = `printf '\\033]7501;state=working:app=codex\\033\\\\'; exec cat`;

test('what would lose a turn there is asked here', async () => {
  const { here, there } = await createFarRig({ far: { codex: WORKING } });
  await there.ok(['start', '-d', 'main']);
  await there.waitUntil(
    async () => (await there.list()).some((one) => one.status === 'working'),
    'it to work',
  );
  const asked = async (answer: string) => {
    const terminal = here.open(['kill', 'box/main']);
    await terminal.waitFor('Kill this session? [y/N]');
    expect(terminal.text()).toMatch(/^box\/ultra:main +working/m);
    terminal.type(`${answer}\r`);
    expect(await terminal.waitForExit()).toBe(0);
    return terminal.text();
  };
  expect(await asked('n')).toContain('Nothing was killed.');
  expect(await asked('')).toContain('Nothing was killed.');
  expect(await there.list()).toHaveLength(1);
  const { stderr, exitCode } = await here.run(['kill-all', 'box/']);
  expect(stderr).toContain('a turn would be lost');
  expect(exitCode).toBe(2);
  expect(await asked('y')).toContain('Killed box/ultra:main.');
  expect(await there.list()).toEqual([]);
});

test('restart names a session there as it is called here', async () => {
  const { here, there } = await createFarRig({ far: { codex: WORKING } });
  await there.ok(['start', '-d', 'main']);
  await there.waitUntil(
    async () => (await there.list()).some((one) => one.status === 'working'),
    'it to work',
  );
  const terminal = here.open(['restart', 'box/main'], { cols: 40 });
  await terminal.waitFor('Restart this session?');
  expect(terminal.text()).toMatch(/^box\/ultra:main +working/m);
  terminal.type('y\r');
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.text()).toMatch(/^box\/codex:ultra:main:[0-9a-f]{8}$/m);
  const waiting = here.open(['restart', '--when-idle', 'box/main']);
  await waiting.waitFor(/^Waiting until box\/ultra:main is idle\.$/m);
  waiting.press('ctrl+c');
  await waiting.waitForExit();
});

test('a list fits the terminal here, and has colours if it has', async () => {
  const { here, there } = await createFarRig();
  await there.ok(['start', '-d', 'main']);
  const terminal = here.open(['status', 'box/'], { cols: 40 });
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.raw().toString()).toMatch(/^box\/\x1b\[1multra:main/);
  const plain = here.open(['status', 'box/'], { cols: 40, env: { NO_COLOR: '1' } });
  expect(await plain.waitForExit()).toBe(0);
  expect(plain.raw().toString()).toMatch(/^box\/ultra:main/);
});

test('doctor has nothing against what is kept for other machines', async () => {
  const { here, there } = await createFarRig();
  await there.ok(['start', '-d', 'main']);
  await here.ok(['ls', 'box/']);
  const terminal = here.open(['attach', 'box/ultra:main']);
  await terminal.waitFor('stand-in ready');
  for (const rig of [here, there]) {
    const { stdout } = await rig.run(['doctor', '--json']);
    const findings = JSON.parse(stdout) as { check: string; level: string; text: string }[];
    expect(findings.filter(({ text }) => /ssh/.test(text))).toEqual([]);
  }
  terminal.press('ctrl+\\');
  expect(await terminal.waitForExit()).toBe(0);
});
