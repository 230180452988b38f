/** The socket, spoken to by hand: by what is not ours, by other versions, and by nobody. */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HELLO, RawConnection, RawControl } from '../../support/process/raw-client.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';

const MB = 1024 * 1024;

async function rigWithSession(): Promise<{ rig: Rig; fullName: string }> {
  const rig = createRig({ codex: 'stty -echo; echo here; exec cat' });
  const fullName = (await rig.ok(['start', '-d'])).trim();
  return { rig, fullName };
}

/** What everybody else still gets. */
async function expectService(rig: Rig): Promise<void> {
  expect((await rig.list()).map(({ name, state }) => `${name} ${state}`)).toEqual(['main running']);
}

test('welcome comes whatever protocol the client names', async () => {
  const { rig } = await rigWithSession();
  for (const protocol of [0, 1, 2, 1e9]) {
    const control = await RawControl.open(rig.socket, { ...HELLO, protocol, later: {} });
    const welcome = await control.waitFor({ type: 'welcome' });
    expect(welcome).toEqual({
      type: 'welcome',
      protocol: 1,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      pid: rig.supervisorPid(),
      ...(process.platform === 'linux' && {
        world: expect.stringMatching(/^[0-9a-f-]{36} pid:\[\d+\] mnt:\[\d+\]$/),
      }),
      features: expect.arrayContaining(['list', 'start', 'attach', 'detach', 'kill']),
    });
    expect((await control.ask({ type: 'list' }, 'sessions')).sessions).toHaveLength(1);
    control.close();
  }
});

test('seen counts for the status that the user has seen, not for a later one', async () => {
  const report = (state: string) => `printf '\\033]7501;state=${state}\\007'`;
  const rig = createRig({ codex: `${report('working')}; ${report('error')}; exec cat` });
  const fullName = (await rig.ok(['start', '-d'])).trim();
  const control = await RawControl.open(rig.socket);
  const session = async () =>
    ((await control.ask({ type: 'list' }, 'sessions')).sessions as Record<string, unknown>[])[0];
  await rig.waitUntil(async () => (await session())?.status === 'error', 'the report');
  const seen = (statusSince: unknown, of = fullName) => ({
    ...{ type: 'seen', fullName: of, statusSince },
  });
  await control.ask(seen('2001-01-01T00:00:00.000Z'), 'done');
  expect(await session()).toMatchObject({ seen: false });
  await control.ask(seen((await session())?.statusSince), 'done');
  expect(await session()).toMatchObject({ status: 'error', seen: true });
  expect(await control.ask(seen('', 'codex:p:none:00000000'), 'refused')).toMatchObject({
    code: 'no-such-session',
  });
});

test('list, attach, type, kill: the frozen conversation', async () => {
  const { rig, fullName } = await rigWithSession();
  const token = randomBytes(16).toString('hex');
  const control = await RawControl.open(rig.socket);
  const { sessions } = await control.ask({ type: 'list' }, 'sessions');
  expect(sessions).toMatchObject([{ fullName, state: 'running', clients: 0, exit: null }]);
  const data = await RawConnection.connect(rig.socket);
  data.say({ type: 'data', token });
  const terminal = { token, cols: 80, rows: 24 };
  await control.ask({ type: 'attach', fullName, terminal }, 'attached');
  data.send('typed by hand\n');
  await rig.waitUntil(() => data.heard().includes('typed by hand'), 'the echo');
  await control.ask({ type: 'kill', fullNames: [fullName] }, 'killed');
  const ended = await control.waitFor({ type: 'ended' });
  await data.closed;
  expect(ended).toEqual({
    type: 'ended',
    name: 'main',
    offset: data.heard().length,
    exit: { code: null, signal: expect.stringMatching(/^SIG(HUP|TERM)$/) },
    restore: expect.stringMatching(/^[A-Za-z0-9+/]*=*$/),
  });
  control.close();
});

test('a request of an unknown type is refused, and the connection goes on', async () => {
  const { rig } = await rigWithSession();
  const control = await RawControl.open(rig.socket);
  const refused = await control.ask({ type: 'of-a-later-version', with: 'anything' }, 'refused');
  expect(refused).toMatchObject({ code: 'unknown-type', message: expect.any(String) });
  await control.ask({ type: 'list' }, 'sessions');
  control.close();
});

const BAD_MESSAGES: [string, object][] = [
  ['no id', { type: 'list', id: 'one' }],
  ['an id below zero', { type: 'list', id: -1 }],
  ['no session', { type: 'attach', terminal: {} }],
  ['no terminal', { type: 'attach', fullName: 'x' }],
  ['a size of nothing', { type: 'resize', cols: 0, rows: 24 }],
  ['an enormous size', { type: 'resize', cols: 1e9, rows: 24 }],
  ['a fraction', { type: 'resize', cols: 80.5, rows: 24 }],
  ['names that are no list', { type: 'kill', fullNames: 'x' }],
  ['a spec with half its fields', { type: 'start', spec: { fullName: 'x' } }],
  ['a negative grace period', { type: 'kill', fullNames: [], graceMs: -1 }],
];

test('a request with a field that is wrong is refused, and the connection goes on', async () => {
  const { rig } = await rigWithSession();
  for (const [what, message] of BAD_MESSAGES) {
    const control = await RawControl.open(rig.socket);
    control.say({ id: 5, ...message });
    const { code } = await control.waitFor({ type: 'refused' });
    expect(code, what).toBe('bad-message');
    await control.ask({ type: 'list' }, 'sessions');
    control.close();
  }
});

test('what is no object at all is refused too', async () => {
  const { rig } = await rigWithSession();
  const control = await RawControl.open(rig.socket);
  for (const line of ['null', '1', '"list"', '[]', '{}', '{"type":{}}', '{"type":"__proto__"}'])
    control.send(`${line}\n`);
  await rig.waitUntil(() => control.messages().length === 8, 'seven refusals');
  expect(
    control
      .messages()
      .slice(1)
      .map(({ code }) => code),
  ).toEqual(Array.from({ length: 7 }, () => 'unknown-type'));
  await control.ask({ type: 'list' }, 'sessions');
  control.close();
});

const STRANGERS: [string, string | Uint8Array][] = [
  ['a web browser', 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'],
  ['an empty line', '\n'],
  ['a request before the greeting', '{"type":"list","id":1}\n'],
  ['random bytes', Buffer.concat([randomBytes(3_000), Buffer.from('\n')])],
  ['a first line without an end', Buffer.alloc(64 * 1024, 'a')],
];

test('who is none of ours is sent away', async () => {
  const { rig } = await rigWithSession();
  for (const [, bytes] of STRANGERS) {
    const stranger = await RawConnection.connect(rig.socket);
    stranger.send(bytes);
    await stranger.closed;
  }
  await expectService(rig);
});

test('garbage after the greeting ends the connection with a word', async () => {
  const { rig } = await rigWithSession();
  const control = await RawControl.open(rig.socket);
  control.send('this is no JSON\n');
  expect(await control.waitFor({ type: 'refused' })).toMatchObject({ code: 'bad-message' });
  await control.closed;
  await expectService(rig);
});

test('a line of 9 MB is refused and costs nobody else anything', async () => {
  const { rig } = await rigWithSession();
  const control = await RawControl.open(rig.socket);
  control.send('"');
  for (let i = 0; i < 9; i++) control.send(Buffer.alloc(MB, 'a'));
  await expectService(rig);
  control.send('"\n');
  expect(await control.waitFor({ type: 'refused' })).toMatchObject({
    code: 'bad-message',
    message: expect.stringContaining('8388608'),
  });
  await control.closed;
  await expectService(rig);
});

test('whoever keeps us waiting is closed or refused: silence, half a line, no second connection', async () => {
  const { rig, fullName } = await rigWithSession();
  const silent = await RawConnection.connect(rig.socket);
  const half = await RawConnection.connect(rig.socket);
  half.send('{"type":"hel');
  const token = randomBytes(16).toString('hex');
  const unknown = await RawConnection.connect(rig.socket);
  unknown.say({ type: 'data', token });
  const sameToken = await RawConnection.connect(rig.socket);
  sameToken.say({ type: 'data', token });
  const control = await RawControl.open(rig.socket);
  const terminal = { token: randomBytes(16).toString('hex'), cols: 80, rows: 24 };
  const refused = control.ask({ type: 'attach', fullName, terminal }, 'refused');

  await sameToken.closed;
  expect(unknown.isClosed).toBe(false);
  await Promise.all([silent.closed, half.closed, unknown.closed]);
  expect(silent.heard()).toHaveLength(0);
  expect(await refused).toMatchObject({ code: 'no-data-socket' });
  expect((await rig.list())[0]?.clients).toBe(0);
  control.close();
});

type Say = (socket: Socket, line: string) => void;

/** A supervisor of another version: it greets as itself and says to each line what it is told to. */
async function otherSupervisor(welcome: object | undefined, answer: Say): Promise<Rig> {
  const rig = createRig({ codex: 'exec cat' });
  rig.forgiveLeftovers();
  mkdirSync(rig.stateDir, { mode: 0o700 });
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {});
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const { type } = JSON.parse(line) as { type: string };
        if (type !== 'hello') answer(socket, line);
        else if (welcome) socket.write(`${JSON.stringify(welcome)}\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(rig.socket, resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of open) socket.destroy();
  });
  return rig;
}

const NEWER = { type: 'welcome', protocol: 7, version: '7.1.0', pid: 1, features: [] };
const SENTENCE = /version 7\.1\.0 \(protocol 7\).*; this is .* \(protocol 1\)\n {2}.*kill/;

/** As every supervisor, newer or older, answers `list`. */
const withoutSessions: Say = (socket, line) => {
  const { type, id } = JSON.parse(line) as { type: string; id: number };
  if (type === 'list') socket.write(`${JSON.stringify({ type: 'sessions', id, sessions: [] })}\n`);
  else if (id !== undefined)
    socket.write(
      `${JSON.stringify({ type: 'refused', id, code: 'unknown-type', message: 'no' })}\n`,
    );
};

const badMessage: Say = (socket, line) => {
  const { type, id } = JSON.parse(line) as { type: string; id: number };
  if (type === 'list') withoutSessions(socket, line);
  else
    socket.write(
      `${JSON.stringify({ type: 'refused', id, code: 'bad-message', message: 'start: spec' })}\n`,
    );
};

test.each([
  ['knows no start', withoutSessions],
  ['has another start', badMessage],
  [
    'hangs up on start',
    ((socket, line) => {
      if (line.includes('"list"')) withoutSessions(socket, line);
      else socket.destroy();
    }) satisfies Say,
  ],
  [
    'has another list',
    ((socket, line) => {
      const { id } = JSON.parse(line) as { id: number };
      socket.write(`${JSON.stringify({ type: 'refused', id, code: 'new-code', message: 'm' })}\n`);
    }) satisfies Say,
  ],
])('a newer supervisor that %s: which runs, which this is, and how to go on', async (_, say) => {
  const rig = await otherSupervisor(NEWER, say);
  const { exitCode, stderr, stdout } = await rig.run(['start', '-d']);
  expect(stderr).toMatch(SENTENCE);
  expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' });
});

test('ls works with a newer supervisor', async () => {
  const rig = await otherSupervisor(NEWER, withoutSessions);
  expect(await rig.run(['ls', '--json'])).toMatchObject({ exitCode: 0, stdout: '[]\n' });
});

test('a supervisor that says nothing is given up, whether it has greeted or not', async () => {
  const [greeting, silent] = await Promise.all([
    otherSupervisor(NEWER, () => {}),
    otherSupervisor(undefined, () => {}),
  ]);
  const [first, second] = await Promise.all([greeting.run(['ls']), silent.run(['ls'])]);
  expect(first).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(SENTENCE) });
  expect(second).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/does not answer/) });
});

test('… also by a client that is slow to ask', async () => {
  const rig = await otherSupervisor(undefined, () => {});
  // In each of its parents it looks for what makes a project.
  const cwd = join(rig.root, ...Array<string>(1_900).fill('d'));
  mkdirSync(cwd, { recursive: true });
  const { exitCode, stderr } = await rig.run(['ls'], { cwd });
  // Node's own way takes a call for each level.
  execFileSync('rm', ['-rf', join(rig.root, 'd')]);
  expect(stderr).toMatch(/does not answer/);
  expect(exitCode).toBe(1);
});

test('answers that make no sense are a failure in words', async () => {
  const rig = await otherSupervisor(NEWER, (socket, line) => {
    const { id } = JSON.parse(line) as { id: number };
    socket.write(`${JSON.stringify({ type: 'sessions', id, sessions: 'none' })}\n`);
  });
  const { exitCode, stderr } = await rig.run(['ls']);
  expect(stderr).toMatch(SENTENCE);
  expect(exitCode).toBe(1);
});

test('a supervisor that speaks gibberish is a failure in words', async () => {
  const rig = await otherSupervisor(undefined, (socket) => socket.write('gibberish\n'));
  const { exitCode, stderr } = await rig.run(['ls']);
  expect(exitCode).toBe(1);
  expect(stderr).toMatch(/^codex-sessions: .*\n {2}.*\n$/);
  expect(stderr).not.toContain('unexpected');
});
