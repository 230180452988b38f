/** The other end by itself, without ssh: what it does with what it is asked. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { Channels } from '../../../src/remote/stream/channels.ts';
import { GreetingReader } from '../../../src/remote/stream/greeting.ts';
import { COMMAND } from '../../support/rig/command.ts';
import { ANSWERS, createRig, type Rig } from '../../support/rig/rig.ts';

async function dial(
  rig: Rig,
): Promise<{ channels: Channels; child: ChildProcessWithoutNullStreams }> {
  const child = spawn(COMMAND, ['dial'], { env: rig.env as NodeJS.ProcessEnv, cwd: rig.home });
  onTestFinished(() => void child.kill());
  const channels = new Channels((bytes) => child.stdin.write(bytes));
  const reader = new GreetingReader();
  await new Promise<void>((resolve) => {
    child.stdout.once('data', (bytes) => {
      const rest = reader.push(bytes)?.rest;
      child.stdout.on('data', (more) => channels.push(more));
      if (rest && rest.length > 0) channels.push(rest);
      resolve();
    });
  });
  return { channels, child };
}

const EXEC = { type: 'exec', directory: '', terminal: null, input: false };

/** How it ends, with its output. */
function ask(
  channels: Channels,
  request: unknown,
): Promise<{ how: string; value: unknown; out: string; errors?: string }> {
  return new Promise((resolve) => {
    let out = '';
    let said = '';
    const end = (how: string) => (value: unknown) =>
      resolve({ how, value, out, ...(said && { errors: said }) });
    const channel = channels.open(request, {
      onData: (bytes, errors) => {
        if (errors) said += Buffer.from(bytes).toString();
        else out += Buffer.from(bytes).toString();
        channel.taken(bytes.length);
      },
      onRefused: end('refused'),
      onExit: end('exit'),
      onClosed: () => end('closed')(undefined),
    });
  });
}

test('commands of the table run, and nothing else', async () => {
  const rig = createRig();
  const { channels } = await dial(rig);
  expect(await ask(channels, { ...EXEC, words: ['list', '--json'] })).toMatchObject({
    how: 'exit',
    value: { code: 0, signal: null },
    out: '[]\n',
  });
  for (const words of [['attach'], ['switch'], ['watch'], ['supervisor', 'upgrade'], ['dial']])
    expect(await ask(channels, { ...EXEC, words }), words[0]).toMatchObject({ how: 'refused' });
  for (const words of [['sh', '-c', 'id'], ['constructor'], ['--help'], ['']])
    expect(await ask(channels, { ...EXEC, words }), words[0]).toMatchObject({ how: 'refused' });
  for (const request of [
    {},
    null,
    { type: 'exec' },
    { ...EXEC, words: [] },
    { ...EXEC, words: ['list', 7] },
    { ...EXEC, words: ['list', 'a\0b'] },
    { type: 'read', path: '/etc/passwd' },
  ])
    expect(await ask(channels, request)).toMatchObject({ how: 'refused' });
  expect(await ask(channels, { ...EXEC, words: ['list'], directory: 'not/there' })).toMatchObject({
    how: 'refused',
    value: { message: expect.stringContaining('not/there') },
  });
  // Looking starts none.
  expect(await ask(channels, { type: 'socket' })).toMatchObject({ how: 'refused' });
  expect(rig.supervisorPid()).toBeUndefined();
});

test('advice has the name of the caller for this machine, if that can be one', async () => {
  const { channels } = await dial(createRig());
  const advice = async (host: unknown) =>
    (await ask(channels, { ...EXEC, host, words: ['kill', 'x*'] })).errors?.split('\n')[1];
  expect(await advice('me@box')).toBe('  See what there is: codex-sessions ls --all me@box/');
  // An earlier version says none.
  for (const host of [undefined, null, 7, '', '-oX', 'a b', 'a\nb', 'a/b', '\x1b[2J', 'a;b'])
    expect(await advice(host), String(host)).toBe('  See what there is: codex-sessions ls --all');
});

test('a reader that takes nothing stops the command there, not the others', async () => {
  const rig = createRig({ codex: 'seq 1 3000; exec cat' });
  await rig.ok(['start', '-d', 'main']);
  await rig.waitUntil(
    async () => (await rig.ok(['peek', 'main', '-n', '2000'])).includes('2500'),
    'its output',
  );
  const { channels, child } = await dial(rig);
  let got = 0;
  const words = ['peek', 'ultra:main', '-n', '2000', '--json'];
  const busy = Array.from({ length: 20 }, () =>
    channels.open(
      { ...EXEC, words },
      {
        onData: (bytes) => {
          got += bytes.length;
        },
      },
    ),
  );
  expect(await ask(channels, { ...EXEC, words: ['list', '--json'] })).toMatchObject({
    how: 'exit',
  });
  await rig.waitUntil(() => got > 20 * 10_000, 'all to have begun');
  expect(got).toBeLessThanOrEqual(20 * 256 * 1024);
  for (const channel of busy) channel.close();
  child.stdin.end();
  const code = await new Promise((resolve) => child.once('exit', resolve));
  expect(code).toBe(0);
});

test('what only looks runs in the process of dial, several at once too, where each is told to', async () => {
  const rig = createRig();
  const other = rig.project('other');
  await rig.ok(['start', '-d', 'main']);
  await rig.ok(['start', '-d', 'main'], { cwd: other });
  const { channels, child } = await dial(rig);
  // Page faults of children that have ended: none without children.
  const faults = () => {
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'latin1');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[8]);
  };
  const one = async (words: readonly string[], directory = '', color = false) => {
    const terminal = { cols: 80, rows: 24, color, answers: false };
    return ask(channels, { ...EXEC, words, directory, terminal });
  };
  expect((await one(['list', '--json'])).out).toContain('"fullName"');
  expect(faults()).toBe(0);
  expect(await one(['explain', 'main'], other)).toMatchObject({ value: { code: 0 } });
  expect(faults()).toBeGreaterThan(0);
  // The working directory decides which one is meant; afterwards it is as it was.
  const own = await Promise.all([
    one(['status', 'main'], rig.projectDir),
    one(['status', 'main'], other),
    one(['status', 'main'], rig.projectDir),
  ]);
  expect(own.map(({ out }) => out.split(':')[0])).toEqual(['ultra', 'other', 'ultra']);
  expect((await one(['status', 'main'], other, true)).out).toContain('\x1b[');
  expect((await one(['status', 'main'], other)).out).not.toContain('\x1b[');
  // Its failure is its own.
  expect(await one(['peek', 'nobody'])).toMatchObject({ how: 'exit', value: { code: 3 } });
  expect(await one(['peek', '--lines', '0'])).toMatchObject({ how: 'exit', value: { code: 2 } });
  expect((await one(['list', '--json'])).how).toBe('exit');
});

test('what one list has found out does not stand for the next one', async () => {
  const rig = createRig({ codex: `${ANSWERS}\nexec cat` });
  const install = (version: string) =>
    rig.file('package.json', JSON.stringify({ name: '@openai/codex', version }));
  install('1.2.3');
  await rig.ok(['start', '-d', 'main']);
  const { channels } = await dial(rig);
  const outdated = async () => {
    const { out } = await ask(channels, { ...EXEC, words: ['list', '--json'] });
    return JSON.parse(out)[0].outdated;
  };
  expect(await outdated()).toBe(false);
  install('1.3.0');
  expect(await outdated()).toBe(true);
});

test('what runs for a line that ends, ends with it', async () => {
  const rig = createRig();
  await rig.ok(['start', '-d', 'main']);
  const { channels, child } = await dial(rig);
  void ask(channels, { ...EXEC, words: ['wait', 'ultra:main', '--until', 'exited'] });
  const runs = () => rig.processes().some(({ command }) => / wait /.test(command));
  await rig.waitUntil(runs, 'it to run');
  child.stdin.end();
  await rig.waitUntil(() => !runs(), 'it to end');
  expect(await rig.list()).toHaveLength(1);
});
