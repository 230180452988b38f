import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeFrame, KIND } from '../../../src/remote/stream/frames.ts';
import { encodeGreeting } from '../../../src/remote/stream/greeting.ts';
import { createRig } from '../../support/rig/rig.ts';
import { createFarRig, type FarRig } from '../../support/ssh/far-rig.ts';
import { makeKey } from '../../support/ssh/sshd.ts';

const GREETING = { protocol: 1, version: '1', features: [], home: '' };

/** The sentence, and what to do; before it what ssh said itself. */
async function failure({ here }: FarRig, args = ['ls', 'box/']) {
  const { stdout, stderr, exitCode } = await here.run(args);
  expect(stdout).toBe('');
  expect(exitCode).toBe(1);
  const [, said = '', what = '', hint = ''] =
    /^([\s\S]*?)codex-sessions: (.*)\n {2}(.*)\n$/.exec(stderr) ?? [];
  return { said, what, hint };
}

test('not installed, or not where a command over ssh looks', async () => {
  const rig = await createFarRig({ notInstalled: true });
  const { said, what, hint } = await failure(rig);
  expect(said).toContain('codex-sessions: command not found');
  expect(what).toBe('there is no codex-sessions on box');
  expect(hint).toContain('[hosts.box] command = ');
  const command = join(rig.there.root, 'not-to-be-run');
  rig.there.file('not-to-be-run', 'echo no', 0o644);
  rig.here.file('home/.config/codex-sessions/config.toml', `[hosts.box]\ncommand = "${command}"\n`);
  expect((await failure(rig)).what).toBe(`${command} on box cannot be run`);
});

test('no Node there, and one that is found by the configured command', async () => {
  const rig = await createFarRig({ far: { env: {} } });
  // A PATH with the usual programs, but Node.
  const bin = rig.there.file('bare/codex-sessions', '', 0o755);
  const bare = bin.replace(/\/codex-sessions$/, '');
  execFileSync('ln', ['-sf', join(process.cwd(), 'bin/codex-sessions'), bin]);
  for (const name of ['sh', 'readlink', 'env']) execFileSync('ln', ['-s', `/bin/${name}`, bare]);
  const node = process.execPath.replace(/\/node$/, '');
  const configure = (command: string) =>
    rig.here.file(
      'home/.config/codex-sessions/config.toml',
      `[hosts.box]\ncommand = '${command}'\n`,
    );
  configure(`PATH=${bare} codex-sessions`);
  const { what, hint } = await failure(rig);
  expect(what).toBe('codex-sessions on box finds no Node that it can use');
  expect(hint).toContain('PATH=');
  configure(`PATH=${bare}:${node} codex-sessions`);
  expect((await rig.here.run(['ls', 'box/'])).exitCode).toBe(0);
});

test('an older version, and one of another protocol', async () => {
  const rig = await createFarRig();
  const configure = (body: string) => {
    const program = rig.there.program('other', body);
    rig.here.file(
      'home/.config/codex-sessions/config.toml',
      `[hosts.box]\ncommand = '${program}'\n`,
    );
  };
  configure(`echo "codex-sessions: unknown command 'dial'" >&2; exit 2`);
  expect((await failure(rig)).what).toBe('codex-sessions on box is too old: it knows no "dial"');
  const greeting = JSON.stringify({ protocol: 9, version: '9.0', features: [] });
  configure(`printf '\\ncodex-sessions-dial %s\\n' '${greeting}'; cat`);
  expect((await failure(rig)).what).toMatch(/^codex-sessions on box is version 9.0 and speaks/);
  configure(
    `printf '\\ncodex-sessions-dial %s\\n' '${greeting.replace('9', '1')}'; echo; echo what; cat`,
  );
  expect((await failure(rig)).what).toMatch(
    /^what codex-sessions on box sends cannot be understood/,
  );
});

test('a shell that prints, on both outputs, and a home with a blank', async () => {
  const rig = await createFarRig({ home: 'my home' });
  rig.homeFile('.bashrc', 'echo "Welcome to $HOME"; echo careful >&2; printf "no line end"\n');
  await rig.there.ok(['start', '-d', 'main']);
  const { stdout, stderr, exitCode } = await rig.here.run(['ls', 'box/']);
  expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 0 });
  expect(stdout).toContain('box/ultra:main');
  rig.homeFile('.bashrc', 'head -c 100000 /dev/zero | tr "\\0" x\n');
  expect((await failure(rig)).what).toContain('its shell prints too much');
});

test('no such host, nobody there, and no ssh', async () => {
  const rig = await createFarRig();
  expect(await failure(rig, ['ls', 'no-such-host.invalid/'])).toMatchObject({
    said: expect.stringContaining('Could not resolve hostname'),
    what: 'there is no host no-such-host.invalid',
    hint: expect.stringContaining('[hosts."no-such-host.invalid"] ssh ='),
  });
  await rig.sshd.close();
  expect((await failure(rig)).what).toBe('box cannot be reached');
  const bin = rig.there.file('bare/node', '', 0o755);
  execFileSync('ln', ['-sf', process.execPath, bin]);
  for (const name of ['sh', 'readlink', 'env'])
    execFileSync('ln', ['-s', `/bin/${name}`, join(bin, '..')]);
  const { stderr } = await rig.here.run(['ls', 'box/'], { env: { PATH: join(bin, '..') } });
  expect(stderr).toMatch(/^codex-sessions: there is no ssh on the PATH\n/);
});

test('a key that is refused, and a host key that is new or has changed', async () => {
  const rig = await createFarRig();
  const known = join(rig.ssh, 'known_hosts');
  const right = readFileSync(known, 'utf8');
  writeFileSync(known, '');
  expect(await failure(rig)).toMatchObject({
    said: expect.stringContaining('Host key verification failed'),
    what: 'the host key of box is not known yet, and nobody can be asked',
    hint: 'Connect once in a terminal: ssh box',
  });
  const other = makeKey(join(rig.ssh, 'other'));
  const changed = readFileSync(`${other}.pub`, 'utf8').split(' ')[1] ?? '';
  writeFileSync(known, right.replace(/\S+\n$/, `${changed}\n`));
  expect(await failure(rig)).toMatchObject({
    said: expect.stringContaining('IDENTIFICATION HAS CHANGED'),
    what: 'the host key of box has changed, so it may be another machine',
  });
  writeFileSync(known, right);
  rmSync(join(rig.ssh, 'key'));
  rmSync(join(rig.ssh, 'key.pub'));
  makeKey(join(rig.ssh, 'key'));
  expect(await failure(rig)).toMatchObject({
    said: expect.stringContaining('Permission denied'),
    what: 'box does not let you in',
    hint: expect.stringContaining('in a terminal: codex-sessions ls box/'),
  });
});

test('a passphrase is asked in a terminal alone, and then not again', async () => {
  const rig = await createFarRig({ passphrase: 'open sesame' });
  expect((await failure(rig)).what).toBe('box does not let you in');
  const terminal = rig.here.open(['ls', 'box/']);
  await terminal.waitFor('Enter passphrase for key');
  terminal.type('open sesame\r');
  await terminal.waitFor('No sessions on box');
  expect(await terminal.waitForExit()).toBe(0);
  expect((await rig.here.run(['ls', 'box/'])).exitCode).toBe(0);
});

test('over a second machine, as the configuration of ssh has it', async () => {
  const rig = await createFarRig();
  const jump = createRig();
  const server = await rig.serve(jump);
  appendFileSync(join(rig.ssh, 'known_hosts'), `${server.known}\n`);
  rig.configure(
    `Host jump\n  HostName 127.0.0.1\n  Port ${server.port}\nHost box\n  ProxyJump jump\n`,
  );
  await rig.there.ok(['start', '-d', 'main']);
  expect(await rig.here.ok(['ls', 'box/'])).toContain('box/ultra:main');
  expect(server.log()).toContain('Accepted publickey');
});

test('a text of theirs does nothing to this terminal', async () => {
  const rig = await createFarRig();
  const text = Buffer.from('\x1b]0;evil\x07\x1b[2J\x1b[5mgone\x1b[31m red\x1b[0m\n');
  const greeting = rig.there.file('greeting', encodeGreeting(GREETING));
  const frames = rig.there.file(
    'frames',
    Buffer.concat([
      encodeFrame(KIND.opened, 1, Buffer.from('{}')),
      encodeFrame(KIND.data, 1, text),
      encodeFrame(KIND.errors, 1, text),
      encodeFrame(KIND.exit, 1, Buffer.from('{"code":5}')),
    ]),
  );
  // Its answer comes once it was asked.
  const body = `cat ${greeting}; head -c 8 >/dev/null; cat ${frames}; cat >/dev/null`;
  const evil = rig.there.program('evil', body);
  rig.here.file('home/.config/codex-sessions/config.toml', `[hosts.box]\ncommand = '${evil}'\n`);
  const terminal = rig.here.open(['status', 'box/']);
  expect(await terminal.waitForExit()).toBe(5);
  expect(terminal.text()).toMatch(/^box\/\]0;evil\[2Jgone red\n\]0;evil\[2Jgone red\n/);
  expect(terminal.title).toBe('');
});
