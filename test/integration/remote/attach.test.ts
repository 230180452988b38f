import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createFarRig, type FarRig } from '../../support/ssh/far-rig.ts';
import { signalServed } from '../../support/ssh/more-machines.ts';

const READY = 'stand-in ready';
const CTRL_BACKSLASH = 'ctrl+\\';

/** The processes of sshd that serve connections. */
const served = ({ sshd }: FarRig) => sshd.processes().filter(({ pid }) => pid !== sshd.pid);

test('attached to another machine: keys, size and title, and the terminal is as it was', async () => {
  const rig = await createFarRig();
  const terminal = rig.here.open(['start', 'box/review'], { cols: 100, rows: 30 });
  await terminal.waitFor('$ ');
  terminal.type('stty size; printf "\\033]0;a title\\007"; tty\r');
  await terminal.waitFor('30 100');
  await rig.here.waitUntil(() => terminal.title === 'a title', 'the title');
  terminal.resize(90, 20);
  await rig.here.waitUntil(async () => {
    terminal.type('stty size\r');
    await terminal.waitFor(/\d+ \d+\n/);
    return terminal.text().includes('20 90');
  }, 'the new size to arrive');
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.text()).toMatch(/\[detached from box\/\w+:review\]/);

  const again = rig.here.open(['attach', 'box/review']);
  await again.waitFor('20 90');
  again.type('exit 7\r');
  expect(await again.waitForExit()).toBe(7);
  expect(again.text()).toMatch(/\[box\/\w+:review exited with 7\]/);
  // Nothing of it stays but the shared connection.
  expect(readdirSync(join(rig.here.stateDir, 'ssh')).filter((name) => /^at-/.test(name))).toEqual(
    [],
  );
});

test('nothing of this terminal is told there', async () => {
  const rig = await createFarRig({ host: '' });
  await rig.there.ok(['start', '-d', 'main']);
  // Between the two: what goes there is in the clear.
  const sent = join(rig.there.root, 'sent');
  const command = rig.there.program('tapped', `tee ${sent} | codex-sessions "$@"`);
  rig.here.file('home/.config/codex-sessions/config.toml', `[hosts.box]\ncommand = '${command}'\n`);
  const env = { SSH_AUTH_SOCK: '/tmp/agent-of-here', SECRET: 'only-here' };
  const terminal = rig.here.open(['attach', 'box/ultra:main'], { env });
  await terminal.waitFor(READY);
  terminal.type('echo one\r');
  await terminal.waitFor('one\n');
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).toBe(0);
  const all = readFileSync(sent, 'latin1');
  expect(all).toContain('"type":"attach"');
  for (const word of ['agent-of-here', 'only-here', '/dev/', 'identity', '"lend"', rig.here.root])
    expect(all, word).not.toContain(word);
});

test('what is not running, or not there, is said as it is for here', async () => {
  const rig = await createFarRig();
  await rig.there.ok(['start', '-d', 'main']);
  const attach = async (name: string) => {
    const terminal = rig.here.open(['attach', name]);
    return { code: await terminal.waitForExit(), text: terminal.text() };
  };
  expect(await attach('box/nobody')).toMatchObject({
    code: 3,
    text: expect.stringContaining('there is no session nobody'),
  });
  await rig.there.ok(['kill', 'main']);
  const ended = await attach('box/ultra:main');
  expect(ended.text).toContain('box/ultra:main is not running');
  expect(ended.code).toBe(3);
  const { stderr, exitCode } = await rig.here.run(['attach', 'box/ultra:main']);
  expect(stderr).toContain('needs a terminal');
  expect(exitCode).toBe(2);
});

test('Ctrl-^ shows the sessions there', async () => {
  const rig = await createFarRig({
    far: { codex: 'echo "this is $CODEX_SESSIONS_SESSION"; exec cat' },
  });
  await rig.there.ok(['start', '-d', 'one']);
  await rig.there.ok(['start', '-d', 'two']);
  const terminal = rig.here.open(['attach', 'box/one']);
  await terminal.waitFor('this is codex:ultra:one');
  terminal.press('ctrl+^');
  await terminal.waitFor('box/ultra:two');
  terminal.press('enter');
  await terminal.waitFor('this is codex:ultra:two');
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.text()).toContain('[detached from box/ultra:two]');
});

test('what a client that was killed leaves is removed by the next one', async () => {
  const rig = await createFarRig();
  await rig.there.ok(['start', '-d', 'main']);
  const own = (suffix: RegExp, { stateDir }: { stateDir: string }) =>
    readdirSync(join(stateDir, 'ssh')).filter((name) => suffix.test(name));
  const first = rig.here.open(['attach', 'box/ultra:main']);
  await first.waitFor(READY);
  first.signal('SIGKILL');
  await first.waitForExit();
  await rig.there.waitUntil(
    async () => (await rig.there.list())[0]?.clients === 0,
    'it to be gone',
  );
  expect(own(/^at-/, rig.here)).toHaveLength(1);
  const second = rig.here.open(['attach', 'box/ultra:main']);
  await second.waitFor(READY);
  expect(own(/^at-/, rig.here)).toHaveLength(1);
  expect(own(/attached$/, rig.there)).toHaveLength(1);
  second.press(CTRL_BACKSLASH);
  expect(await second.waitForExit()).toBe(0);
  expect(own(/^at-/, rig.here)).toEqual([]);
  await rig.there.waitUntil(() => own(/attached$/, rig.there).length === 0, 'its mark to go');
});

test('a line that is cut comes back, with what happened meanwhile', async () => {
  const rig = await createFarRig();
  await rig.there.ok(['start', '-d', 'main']);
  const terminal = rig.here.open(['attach', 'box/ultra:main']);
  await terminal.waitFor(READY);
  for (let round = 1; round <= 3; round++) {
    signalServed(rig, 'SIGKILL');
    const echo = `echo meanwhile $((${round} * 1111))`;
    await rig.there.ok(['send', '--force', '--no-submit', 'main', echo]);
    await rig.there.ok(['send', '--force', 'main', '--key', 'enter']);
    await terminal.waitFor(`meanwhile ${round * 1111}`);
    terminal.type(`echo typed $((${round} * 2222))\r`);
    await terminal.waitFor(`typed ${round * 2222}`);
    await rig.there.waitUntil(async () => (await rig.there.list())[0]?.clients === 1, 'one client');
  }
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).toBe(0);
  const ssh = () => rig.here.processes().filter(({ command }) => /^ssh|\/ssh /.test(command));
  await rig.here.waitUntil(() => ssh().length === 0, 'every ssh to end');
});

test('while the line is away, typing is dropped with a word, and our keys act at once', async () => {
  const rig = await createFarRig();
  await rig.there.ok(['start', '-d', 'main']);
  const terminal = rig.here.open(['attach', 'box/ultra:main']);
  await terminal.waitFor(READY);
  const { port } = rig.sshd;
  await rig.sshd.close();
  await terminal.waitFor('No line to box; trying again');
  terminal.type('echo too late\r');
  await terminal.waitFor('What you type is dropped.');
  expect(terminal.bells).toBeGreaterThan(0);
  expect(port).toBeGreaterThan(0);
  const begun = Date.now();
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).toBe(0);
  expect(Date.now() - begun).toBeLessThan(2_000);
  expect((await rig.there.run(['peek', 'main'])).stdout).not.toContain('too late');
});

test('keys that were on their way for over 3 s are dropped there, and told', async () => {
  const rig = await createFarRig();
  await rig.there.ok(['start', '-d', 'main']);
  const terminal = rig.here.open(['attach', 'box/ultra:main']);
  await terminal.waitFor(READY);
  const stopped = served(rig);
  for (const { pid } of stopped) process.kill(pid, 'SIGSTOP');
  const at = Date.now();
  terminal.type('echo late\r');
  await rig.here.waitUntil(() => Date.now() - at > 3_500, '3.5 s to pass');
  for (const { pid } of stopped) process.kill(pid, 'SIGCONT');
  await terminal.waitFor('over 3 s on its way');
  terminal.type('echo in time\r');
  await terminal.waitFor('in time\n');
  expect((await rig.there.run(['peek', 'main'])).stdout).not.toContain('late');
  terminal.press(CTRL_BACKSLASH);
  expect(await terminal.waitForExit()).toBe(0);
});
