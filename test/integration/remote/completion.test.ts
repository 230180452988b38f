/** TAB in real shells completes the names on other machines, without making a connection. */
import { describe, expect, test } from 'vitest';
import {
  CODEX,
  clear,
  completed,
  isInstalled,
  openShell,
  SHELLS,
} from '../../support/rig/shells.ts';
import { createFarRig } from '../../support/ssh/far-rig.ts';
import { knowHosts } from '../../support/ssh/more-machines.ts';

describe.each(SHELLS.filter(isInstalled))('%s', (shell) => {
  test('a machine, then its sessions', async () => {
    const rig = await createFarRig({ far: { codex: CODEX } });
    knowHosts(rig, 'box');
    await rig.there.ok(['start', '-d', 'review']);
    await rig.there.ok(['start', '-d', 'rewrite']);
    await rig.here.ok(['ls']);
    const terminal = await openShell(rig.here, shell);
    terminal.type('cxs kill bo\t');
    await terminal.waitFor(/^%> cxs kill box\/$/m);
    terminal.type('ultra:rev\t');
    await completed(terminal, 'cxs kill box/ultra:review');
    await clear(terminal);
    terminal.type('cxs peek box/\t\t\t');
    await terminal.waitFor(/review .*Fix the parser: now/);
    await terminal.waitFor(/rewrite .*Fix the parser: now/);
  });
});

test('a TAB makes no connection', async () => {
  const rig = await createFarRig();
  knowHosts(rig, 'box');
  await rig.there.ok(['start', '-d', 'review']);
  await rig.here.ok(['start', '-d', 'here']);
  const offered = () => rig.here.ok(['__complete', 'fish', 'kill', 'box/']);
  expect(await offered()).toBe('values\n');
  expect(rig.masters()).toEqual([]);
  await rig.here.ok(['ls', 'box/']);
  expect(await offered()).toMatch(/^values\nbox\/ultra:review\t/);
  expect(await rig.here.ok(['__complete', 'fish', 'kill', ''])).toMatch(
    /^values\nhere\t.*\nbox\/\tanother machine\n$/,
  );
});

test('a name that is unique there, one with its project, or the full one, as each can be used', async () => {
  const rig = await createFarRig();
  knowHosts(rig, 'box');
  for (const place of ['a/proj', 'b/proj']) {
    await rig.there.ok(['start', '-d', '-C', rig.there.project(place), 'one']);
  }
  await rig.there.ok(['start', '-d', '-C', rig.there.project('a/proj'), 'solo']);
  await rig.here.ok(['ls', 'box/']);
  const offered = async (word: string) =>
    (await rig.here.ok(['__complete', 'fish', 'kill', word]))
      .split('\n')
      .slice(1)
      .flatMap((line) => line.split('\t')[0] || []);
  expect(await offered('box/sol')).toContain('box/solo');
  const ones = (await offered('box/proj:o')).filter(
    (value) => value.endsWith(':one') || /one:\w+$/.test(value),
  );
  expect(ones).toHaveLength(2);
  for (const value of ones) expect(value).toMatch(/^box\/codex:proj:one:\w{8}$/);
  expect(await offered('box/codex:pr')).toHaveLength(3);
  for (const name of [...ones, 'box/solo']) await rig.here.ok(['kill', '-y', name]);
  expect(await offered('box/')).toEqual([]);
});

test('nor does it where a connection is dead, or has no room', async () => {
  const rig = await createFarRig({ sshd: 'MaxSessions 1' });
  await rig.there.ok(['start', '-d', 'review']);
  const attached = rig.here.open(['attach', 'box/ultra:review']);
  await attached.waitFor('stand-in ready');
  const logins = () => rig.sshd.log().match(/Accepted publickey/g)?.length ?? 0;
  const before = logins();
  const offered = () => rig.here.ok(['__complete', 'fish', 'kill', 'box/']);
  expect(await offered()).toMatch(/^values\n?$/);
  attached.press('ctrl+\\');
  expect(await attached.waitForExit()).toBe(0);
  for (const { pid } of rig.masters()) process.kill(pid, 'SIGKILL');
  await rig.here.waitUntil(() => rig.masters().length === 0, 'the master to be gone');
  expect(await offered()).toMatch(/^values\n?$/);
  expect(logins()).toBe(before);
});

test('a configuration that is wrong leaves the names here', async () => {
  const rig = await createFarRig();
  await rig.here.ok(['start', '-d', 'here']);
  rig.here.file('home/.config/codex-sessions/config.toml', '[hosts.box]\nport = 22\n');
  expect(await rig.here.ok(['__complete', 'fish', 'kill', ''])).toMatch(/^values\nhere\t.*\n$/);
});
