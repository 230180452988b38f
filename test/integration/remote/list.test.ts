import { expect, test } from 'vitest';
import { createFarRig } from '../../support/ssh/far-rig.ts';
import { hostAt, knowHosts, silentPort, withRack } from '../../support/ssh/more-machines.ts';

test('all machines in one list, this one first', async () => {
  const rig = await createFarRig();
  const rack = await withRack(rig);
  knowHosts(rig, 'box', 'rack');
  await rig.here.ok(['start', '-d', 'here']);
  await rig.there.ok(['start', '-d', 'review']);
  await rack.ok(['start', '-d', 'tests']);
  const { stdout, stderr } = await rig.here.run(['ls']);
  expect(stderr).toBe('');
  const names = (text: string) => text.split('\n').flatMap((line) => line.split(' ')[0] || []);
  expect(names(stdout)).toEqual(['NAME', 'ultra:here', 'box/ultra:review', 'rack/ultra:tests']);
  expect(names(await rig.here.ok(['ls', '--local']))).toEqual(['NAME', 'ultra:here']);
  expect(names(await rig.here.ok(['ls', '--here']))).toEqual(['NAME', 'ultra:here']);
  expect(names(await rig.here.ok(['ls', 'rack/']))).toEqual(['NAME', 'rack/ultra:tests']);
  // Scripts mean this machine.
  expect(await rig.here.list()).toHaveLength(1);
  expect(await rig.here.ok(['status'])).not.toContain('box/');
});

test('who does not answer is a line, no error, and no delay the next time', async () => {
  const rig = await createFarRig();
  const port = await silentPort();
  await withRack(rig, hostAt('dead', port));
  knowHosts(rig, 'dead', 'box', 'unknown.invalid'.replace('.invalid', ''));
  await rig.there.ok(['start', '-d', 'review']);
  await rig.here.ok(['ls', 'box/']);
  const timed = async () => {
    const begun = Date.now();
    const result = await rig.here.run(['ls']);
    return { ...result, tookMs: Date.now() - begun };
  };
  const first = await timed();
  expect(first.exitCode).toBe(0);
  expect(first.stdout).toContain('box/ultra:review');
  expect(first.stderr).toMatch(/^dead is left out: dead has not answered for 2 s\n/m);
  expect(first.stderr).toMatch(/^unknown is left out: there is no host unknown\n/m);
  expect(first.tookMs).toBeLessThan(4_000);
  const second = await timed();
  expect(second.exitCode).toBe(0);
  expect(second.stdout).toContain('box/ultra:review');
  expect(second.stderr).toMatch(
    /^dead is left out: .* s ago; to try again: codex-sessions ls dead\/\)\n/m,
  );
  expect(second.tookMs).toBeLessThan(first.tookMs - 1_000);
});

test('two names of one machine fail under their own', async () => {
  const rig = await createFarRig();
  rig.here.file(
    'home/.config/codex-sessions/config.toml',
    '[hosts.alpha]\nssh = "box"\n[hosts.beta]\nssh = "box"\n',
  );
  await rig.sshd.close();
  for (let at = 0; at < 2; at++) {
    const { stderr } = await rig.here.run(['ls']);
    expect(stderr).toMatch(/^alpha is left out: alpha cannot be reached/m);
    expect(stderr).toMatch(/^beta is left out: beta cannot be reached/m);
  }
});

test('a configuration that is wrong is said, and the list is shown', async () => {
  const rig = await createFarRig();
  rig.here.file('home/.config/codex-sessions/config.toml', '[hosts.box]\nport = 22\n');
  await rig.here.ok(['start', '-d', 'here'], { env: { XDG_CONFIG_HOME: rig.here.root } });
  const { stdout, stderr, exitCode } = await rig.here.run(['ls']);
  expect(stdout).toContain('ultra:here');
  expect(stderr).toMatch(/^Other machines are left out: .*hosts.box.port is not known\n$/);
  expect(exitCode).toBe(0);
});

test('ls of one machine in the forms for scripts, with names that can be used here', async () => {
  const rig = await createFarRig();
  await rig.there.ok(['start', '-d', 'review']);
  const [{ fullName = '' } = {}] = await rig.there.list();
  expect(await rig.here.ok(['ls', '-q', 'box/'])).toBe('box/ultra:review\n');
  expect(await rig.here.ok(['ls', '-q', '--full', 'box/'])).toBe(`box/${fullName}\n`);
  expect(await rig.here.ok(['ls', '--format', '{project} {name}', '--host', 'box'])).toBe(
    'box/ultra review\n',
  );
  expect(JSON.parse(await rig.here.ok(['ls', '--json', 'box/']))).toMatchObject([{ fullName }]);
  const both = await rig.here.run(['ls', '--json', '-q', 'box/']);
  expect(both).toMatchObject({ exitCode: 2, stdout: '' });
  expect(both.stderr).toContain('--json and -q are different forms');
});
