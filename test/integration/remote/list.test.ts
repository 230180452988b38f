import { appendFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createRig } from '../../support/rig/rig.ts';
import { createFarRig, type FarRig } from '../../support/ssh/far-rig.ts';

/** A third machine, as `rack`. */
async function withRack(rig: FarRig, lines = ''): Promise<ReturnType<typeof createRig>> {
  const rack = createRig({ env: { PATH: rig.there.env.PATH ?? '' } });
  const server = await rig.serve(rack);
  appendFileSync(join(rig.ssh, 'known_hosts'), `${server.known}\n`);
  rig.configure(`Host rack\n  HostName 127.0.0.1\n  Port ${server.port}\n${lines}`);
  return rack;
}

/** Takes connections and says nothing, as a network that swallows packets. */
async function silentPort(): Promise<number> {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const config = (rig: FarRig, ...hosts: string[]) =>
  rig.here.file(
    'home/.config/codex-sessions/config.toml',
    hosts.map((host) => `[hosts.${host}]\n`).join(''),
  );

test('all machines in one list, this one first', async () => {
  const rig = await createFarRig();
  const rack = await withRack(rig);
  config(rig, 'box', 'rack');
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
  await withRack(rig, `Host dead\n  HostName 127.0.0.1\n  Port ${port}\n`);
  config(rig, 'dead', 'box', 'unknown.invalid'.replace('.invalid', ''));
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
  expect(second.stderr).toMatch(/^dead is left out: .* s ago; to try again: ls dead\/\)\n/m);
  expect(second.tookMs).toBeLessThan(first.tookMs - 1_000);
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
