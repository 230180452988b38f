/** `answer` gives an answer to the question that was seen, and to no other. */
import { randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { RawControl } from '../../support/process/raw-client.ts';
import { Asker } from '../../support/rig/asker.ts';

function createAsker(): Asker {
  const asker = new Asker();
  onTestFinished(() => asker.close());
  return asker;
}

interface Printed {
  session: { name: string; question: string | null };
  kind: string;
  title: string;
  command: string | null;
  choices: { number: number; label: string; key: string | null; selected: boolean }[];
  text: string[];
  fingerprint: string;
}

async function read(asker: Asker, name: string): Promise<Printed> {
  return JSON.parse(await asker.rig.ok(['answer', name, '--json'])) as Printed;
}

test('a question is printed, and answered by its key or number', async () => {
  const asker = createAsker();
  const { rig } = asker;
  await asker.start('one');
  await asker.order('one', { queue: ['rm two'] }, { ask: 'rm one' });

  const printed = await rig.run(['answer', 'one']);
  expect(printed.stdout).toContain('    rm one\n');
  expect(printed.stdout).toMatch(/\n> 1 or y +Yes, proceed\n/);
  expect(printed.stderr).toMatch(
    /^Answer it: codex-sessions answer ultra:one y --for [0-9a-f]{24}\n$/,
  );
  expect(await read(asker, 'one')).toMatchObject({
    kind: 'command',
    command: 'rm one',
    choices: [{ key: 'y' }, { key: 'p' }, { number: 3, key: 'esc' }],
  });

  const wrong = await rig.run(['answer', 'one', 'q']);
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toContain('1 or y (Yes, proceed)');
  expect(asker.keys('one')).toEqual([]);

  await rig.ok(['answer', 'one', 'y']);
  await rig.ok(['answer', 'one', '3']);
  // By the kitty protocol, as the program has asked for.
  expect(asker.keys('one')).toMatchObject([
    { key: 'y', shown: 'rm one' },
    { key: '\x1b[27u', shown: 'rm two' },
  ]);
  const nothing = await rig.run(['answer', 'one', 'y']);
  expect(nothing.exitCode).toBe(6);
  expect(nothing.stderr).toContain('ultra:one asks nothing');
  expect(asker.keys('one')).toHaveLength(2);
});

test('an answer to another question is not typed', async () => {
  const asker = createAsker();
  const { rig } = asker;
  await asker.start('one');
  const stale = async (change: () => unknown) => {
    await asker.order('one', { ask: 'rm one' });
    const { fingerprint } = await read(asker, 'one');
    await change();
    const refused = await rig.run(['answer', 'one', 'y', '--for', fingerprint]);
    expect(refused.exitCode).toBe(6);
    expect(refused.stderr).toContain('nothing was typed');
    expect(refused.stderr).toMatch(/asks nothing any more|See what it asks now/);
    expect(asker.keys('one').filter(({ key }) => key === 'y')).toEqual([]);
  };
  // Another command; the same one, asked for again; none.
  await stale(() => asker.order('one', { ask: 'rm two', report: false }));
  await stale(() => asker.order('one', { work: true }, { ask: 'rm one' }));
  await stale(() => asker.order('one', { work: true }));
  // Somebody has typed, whatever came of it.
  await asker.order('one', { deny: true });
  await stale(() => rig.ok(['send', 'one', '--key', 'down']));
  await stale(async () => {
    const terminal = rig.open(['attach', 'one']);
    await terminal.waitFor('rm one');
    terminal.type('x');
    await rig.waitUntil(() => asker.keys('one').some(({ key }) => key === 'x'), 'the key');
  });
  // A fingerprint of a predecessor.
  await stale(() => rig.ok(['supervisor', 'upgrade']));
});

test("a fingerprint is no other question's, whatever matches the name", async () => {
  const asker = createAsker();
  const { rig } = asker;
  await asker.start('one');
  await asker.start('two');
  await asker.order('one', { ask: 'rm one' });
  await asker.order('two', { ask: 'rm two' });
  const { fingerprint } = await read(asker, 'one');

  for (const glob of ['*', 'o*']) {
    const refused = await rig.run(['answer', '--yes', glob, 'y', '--for', fingerprint]);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('--for names a question of one session');
  }
  const wrong = await rig.run(['answer', 'one', 'q', '--for', fingerprint]);
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toContain('1 or y (Yes, proceed)');
  expect([...asker.keys('one'), ...asker.keys('two')]).toEqual([]);
});

test('looking on, a resize and focus leave a question what it is', async () => {
  const asker = createAsker();
  const { rig } = asker;
  await asker.start('one');
  await asker.order('one', { ask: 'rm one' });
  const before = (await read(asker, 'one')).fingerprint;
  const terminal = rig.open(['attach', 'one'], { cols: 100, rows: 30 });
  await terminal.waitFor('rm one');
  const { fingerprint } = await read(asker, 'one');
  expect(fingerprint).toBe(before);
  terminal.send('\x1b[I\x1b[O');
  terminal.resize(90, 25);
  await rig.waitUntil(async () => (await read(asker, 'one')).fingerprint === fingerprint, 'it');
  await rig.ok(['answer', 'one', 'y', '--for', fingerprint]);
  expect(asker.keys('one').filter(({ key }) => key === 'y')).toMatchObject([
    { key: 'y', shown: 'rm one' },
  ]);
});

test('an answer that nothing comes of is told, and typed once', async () => {
  const asker = createAsker();
  await asker.start('one');
  await asker.order('one', { deny: true }, { ask: 'rm one' });
  const denied = await asker.rig.run(['answer', 'one', 'y']);
  expect(denied.exitCode).toBe(7);
  expect(denied.stderr).toContain('has not taken the answer in 5 s');
  expect(asker.keys('one')).toHaveLength(1);
});

test('a half-drawn question is not answered, and one that is drawn late is waited for', async () => {
  const asker = createAsker();
  const fullName = await asker.start('one');
  await asker.order('one', { ask: 'rm one' });
  const { fingerprint } = await read(asker, 'one');
  await asker.order('one', { write: '\x1b[?2026h\x1b[6;5Hrm two' });
  const control = await RawControl.open(asker.rig.socket);
  const key = randomBytes(16).toString('hex');
  const request = { type: 'answer', fullName, choice: 'y', fingerprint, key };
  expect(await control.ask(request, 'refused')).toMatchObject({ code: 'limit' });
  expect(asker.keys('one')).toEqual([]);
  await asker.order('one', { write: '\x1b[?2026l' });
  expect(await control.ask(request, 'refused')).toMatchObject({ code: 'other-question' });

  await asker.order('one', { work: true });
  await asker.order('one', { write: '\x1b]7501;state=blocked:app=codex\x1b\\' });
  const late = asker.rig.run(['answer', 'one']);
  await asker.order('one', { ask: 'rm late', report: false });
  expect((await late).stdout).toContain('rm late');
});

test('a glob is answered once it was asked for, and lists say what is asked', async () => {
  const asker = createAsker();
  const { rig } = asker;
  for (const name of ['a', 'b', 'c']) await asker.start(name);
  expect(await rig.run(['answer', 'no*'])).toMatchObject({ exitCode: 3 });
  expect(await rig.run(['answer', '*'])).toMatchObject({ exitCode: 6 });
  for (const name of ['a', 'b']) await asker.order(name, { ask: `rm ${name}` });

  const asked = async () =>
    ((await rig.list()) as unknown as { question: string | null }[])
      .flatMap(({ question }) => question ?? [])
      .sort();
  await rig.waitUntil(async () => (await asked()).join() === 'rm a,rm b', 'the questions');
  const both = await rig.run(['answer', '*', '--json']);
  expect(both.stderr).toContain('* matches 2 sessions: ultra:a, ultra:b');
  expect(both.stdout.trim().split('\n')).toHaveLength(2);

  const unasked = await rig.run(['answer', '*', 'y']);
  expect(unasked.exitCode).toBe(2);
  expect(unasked.stderr).toContain('codex-sessions answer -y "*" y');
  const terminal = rig.open(['answer', '*', 'y']);
  await terminal.waitFor('ultra:b: rm b');
  await terminal.waitFor('Answer these 2 with y?');
  terminal.press('n');
  terminal.press('enter');
  await terminal.waitForExit();
  expect([...asker.keys('a'), ...asker.keys('b')]).toEqual([]);

  await rig.ok(['answer', '-y', '*', 'y']);
  expect([...asker.keys('a'), ...asker.keys('b')]).toMatchObject([
    { key: 'y', shown: 'rm a' },
    { key: 'y', shown: 'rm b' },
  ]);
  expect(await asked()).toEqual([]);
});
