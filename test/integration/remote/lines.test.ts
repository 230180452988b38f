import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { killProcess, processInfo } from '../../support/process/processes.ts';
import { createRig } from '../../support/rig/rig.ts';
import { createFarRig, type FarRig } from '../../support/ssh/far-rig.ts';
import { signalServed } from '../../support/ssh/more-machines.ts';

/** Connections that sshd has let in. */
const logins = ({ sshd }: FarRig) => sshd.log().match(/Accepted publickey/g)?.length ?? 0;

test('one connection serves all commands, and stays', async () => {
  const rig = await createFarRig();
  for (let at = 0; at < 3; at++) await rig.here.ok(['ls', 'box/']);
  expect(logins(rig)).toBe(1);
  expect(rig.masters()).toHaveLength(1);
  const [socket = ''] = readdirSync(join(rig.here.stateDir, 'ssh')).sort();
  expect(socket).toMatch(/^[0-9a-f]{16}$/);
});

test('twelve at once, over one connection and what sshd allows besides', async () => {
  const rig = await createFarRig({ far: { codex: 'echo ready; exec cat' } });
  await rig.there.ok(['start', '-d', 'main']);
  const waits = Array.from({ length: 12 }, () =>
    rig.here.run(['wait', 'box/ultra:main', '--until', 'exited']),
  );
  const dials = () => rig.there.processes().filter(({ command }) => / dial$/.test(command));
  await rig.there.waitUntil(() => dials().length === 12, 'twelve commands to run there');
  await rig.here.ok(['kill', 'box/ultra:main']);
  for (const { stdout, stderr, exitCode } of await Promise.all(waits))
    expect({ stdout, stderr, exitCode }).toEqual({
      stdout: 'box/ultra:main exited\n',
      stderr: '',
      exitCode: 0,
    });
  // sshd has ten sessions in a connection: the others made their own.
  expect(logins(rig)).toBeLessThanOrEqual(4);
  await rig.there.waitUntil(() => dials().length === 0, 'them to end');
});

test('twelve attachments at once', async () => {
  const rig = await createFarRig();
  await rig.there.ok(['start', '-d', 'main']);
  const terminals = Array.from({ length: 12 }, () => rig.here.open(['attach', 'box/ultra:main']));
  for (const terminal of terminals) await terminal.waitFor('stand-in ready');
  await rig.there.waitUntil(async () => (await rig.there.list())[0]?.clients === 12, 'twelve');
  terminals[11]?.type('echo to all $((6 * 7))\r');
  for (const terminal of terminals) await terminal.waitFor('to all 42');
  for (const terminal of terminals) terminal.press('ctrl+\\');
  for (const terminal of terminals) expect(await terminal.waitForExit()).toBe(0);
});

test('twelve at once, without a connection before: one is made', async () => {
  const rig = await createFarRig();
  const all = Array.from({ length: 12 }, () => rig.here.run(['status', '--json', 'box/']));
  for (const { stderr, exitCode } of await Promise.all(all))
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(rig.masters()).toHaveLength(1);
});

/** As after a crash: the socket stays. */
async function killMasters(rig: FarRig): Promise<void> {
  for (const { pid } of rig.masters()) process.kill(pid, 'SIGKILL');
  await rig.here.waitUntil(() => rig.masters().length === 0, 'the masters to be gone');
}

test('a socket that nobody serves any more is replaced', async () => {
  const rig = await createFarRig();
  await rig.here.ok(['ls', 'box/']);
  await killMasters(rig);
  for (let at = 0; at < 3; at++) await rig.here.ok(['ls', 'box/']);
  expect(rig.masters()).toHaveLength(1);
  expect(logins(rig)).toBe(2);
});

test('where a master was killed, the user is asked again', async () => {
  const rig = await createFarRig({ passphrase: 'open sesame' });
  const first = rig.here.open(['ls', 'box/']);
  await first.waitFor('passphrase');
  first.type('open sesame\r');
  expect(await first.waitForExit()).toBe(0);
  await killMasters(rig);
  const second = rig.here.open(['ls', 'box/']);
  await second.waitFor('passphrase');
  second.type('open sesame\r');
  expect(await second.waitForExit()).toBe(0);
  expect(rig.masters()).toHaveLength(1);
});

test('a connection that is dead is noticed, ended and made again', async () => {
  const rig = await createFarRig();
  await rig.here.ok(['ls', 'box/']);
  const [before] = rig.masters();
  // A process of the command before may just be ending.
  const served = rig.sshd.processes().filter(({ pid }) => pid !== rig.sshd.pid);
  const running = served.filter(({ pid }) => processInfo(pid));
  for (const { pid } of running) process.kill(pid, 'SIGSTOP');
  const begun = Date.now();
  await rig.here.ok(['ls', 'box/']);
  expect(Date.now() - begun).toBeLessThan(15_000);
  const isNew = () => rig.masters().every(({ pid }) => pid !== before?.pid);
  await rig.here.waitUntil(isNew, 'ssh to end the dead one');
  expect(rig.masters()).toHaveLength(1);
  for (const one of running) killProcess(one);
});

test('a machine that starts commands slowly breaks nothing that runs over the connection', async () => {
  const rig = await createFarRig();
  const flag = join(rig.there.root, 'slow');
  const command = rig.there.program(
    'slowly',
    `[ -e ${flag} ] && sleep 11\nexec codex-sessions "$@"`,
  );
  rig.here.file('home/.config/codex-sessions/config.toml', `[hosts.box]\ncommand = '${command}'\n`);
  await rig.there.ok(['start', '-d', 'main']);
  const attached = rig.here.open(['attach', 'box/ultra:main']);
  await attached.waitFor('stand-in ready');
  writeFileSync(flag, '');
  expect(await rig.here.ok(['ls', '-q', 'box/'])).toBe('box/ultra:main\n');
  attached.type('echo still $((6 * 7))\r');
  await attached.waitFor('still 42');
  expect(attached.raw().toString()).not.toContain('No line to box');
});

test('a connection that is cut ends the command, and what ran there for it', async () => {
  const rig = await createFarRig();
  await rig.there.ok(['start', '-d', 'main']);
  const waiting = rig.here.run(['wait', 'box/ultra:main', '--until', 'exited']);
  const runs = () =>
    rig.there.processes().some(({ command }) => /cli.js.* wait|\bwait\b/.test(command));
  await rig.there.waitUntil(runs, 'the command to run there');
  signalServed(rig, 'SIGKILL');
  const { stderr, exitCode } = await waiting;
  expect(stderr).toContain('codex-sessions: the line to box broke\n');
  expect(exitCode).toBe(1);
  await rig.there.waitUntil(() => !runs(), 'the command there to end');
  const ssh = () => rig.here.processes().filter(({ command }) => /^ssh|\/ssh /.test(command));
  await rig.here.waitUntil(() => ssh().length === 0, 'every ssh to end');
});

test('Ctrl-C is for the command there', async () => {
  const rig = await createFarRig();
  await rig.there.ok(['start', '-d', 'main']);
  const terminal = rig.here.open(['wait', 'box/ultra:main', '--until', 'exited']);
  const runs = () => rig.there.processes().some(({ command }) => / wait /.test(command));
  await rig.there.waitUntil(runs, 'the command to run there');
  terminal.press('ctrl+c');
  expect(await terminal.waitForExit()).toBe(130);
  await rig.there.waitUntil(() => !runs(), 'the command there to end');
  expect(rig.masters()).toHaveLength(1);
});

test('who shares connections by themselves goes on to do so, and where the path is too long nobody does', async () => {
  const rig = await createFarRig();
  rig.configure(
    `Host *\n  ControlMaster auto\n  ControlPath ${rig.ssh}/own\n  ControlPersist 60\n`,
  );
  await rig.here.ok(['ls', 'box/']);
  await rig.here.ok(['ls', 'box/']);
  expect(logins(rig)).toBe(1);
  expect(readdirSync(join(rig.here.stateDir, 'ssh'))).toEqual([]);

  rig.configure('');
  const deep = join(rig.here.root, 'd'.repeat(60), 'e'.repeat(60));
  mkdirSync(deep, { recursive: true });
  const env = { CODEX_SESSIONS_DIR: join(deep, 'state'), TMPDIR: deep };
  for (let at = 0; at < 2; at++) await rig.here.ok(['ls', 'box/'], { env });
  expect(logins(rig)).toBe(3);
  const short = { ...env, TMPDIR: join(rig.here.root, 't') };
  mkdirSync(short.TMPDIR);
  for (let at = 0; at < 2; at++) await rig.here.ok(['ls', 'box/'], { env: short });
  expect(logins(rig)).toBe(4);
});

test('looking starts no supervisor there', async () => {
  const rig = await createFarRig();
  await rig.here.ok(['ls', 'box/']);
  await rig.here.ok(['status', 'box/']);
  expect(rig.there.supervisorPid()).toBeUndefined();
});

test('dial is not for people', async () => {
  const { here } = await createFarRig();
  const terminal = here.open(['dial']);
  expect(await terminal.waitForExit()).toBe(2);
  expect(terminal.text()).toContain('codex-sessions ls HOST/');
  const { stderr, exitCode } = await here.run(['dial'], { input: 'ls\nrm -rf /\n' });
  expect(stderr).toBe('codex-sessions dial: what came is no frame (it begins with 6c730a72)\n');
  expect(exitCode).toBe(1);
});

test('a host that is another machine by now: new commands go there, what is attached stays', async () => {
  const rig = await createFarRig();
  await rig.there.ok(['start', '-d', 'old']);
  const attached = rig.here.open(['attach', 'box/ultra:old']);
  await attached.waitFor('stand-in ready');
  const rack = createRig({ env: { PATH: rig.there.env.PATH ?? '' } });
  await rack.ok(['start', '-d', 'new']);
  const server = await rig.serve(rack);
  writeFileSync(join(rig.ssh, 'known_hosts'), `${rig.sshd.known}\n${server.known}\n`);
  rig.configure(`Host box\n  HostName 127.0.0.1\n  Port ${server.port}\n`);
  // As a while after it was asked.
  const place = join(rig.here.stateDir, 'ssh');
  const [kept = ''] = readdirSync(place).filter((name) => name.endsWith('.settings'));
  utimesSync(join(place, kept), 1, 1);
  expect(await rig.here.ok(['ls', '-q', 'box/'])).toBe('box/ultra:new\n');
  expect(await rig.here.ok(['ls', '-q', 'box/'])).toBe('box/ultra:new\n');
  attached.type('echo still $((6 * 7))\r');
  await attached.waitFor('still 42');
});
