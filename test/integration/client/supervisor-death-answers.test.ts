/**
 * What a client makes of what a successor tells it of its keys and its session, and of one that does not
 * come: with a supervisor that says what the test wants.
 */
import { expect, test } from 'vitest';
import { FakeSupervisor } from '../../support/process/fake-supervisor.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import type { Terminal } from '../../support/terminal/terminal.ts';

/** A client that has typed this into a session, and whose supervisor has died since. */
async function bereft(
  typed: string,
  args: readonly string[] = [],
): Promise<{ rig: Rig; terminal: Terminal; fake: FakeSupervisor }> {
  const rig = createRig();
  const fake = await FakeSupervisor.listen(rig);
  const terminal = rig.open(['attach', 'main', ...args], { answers: false });
  await terminal.waitFor('picture 1');
  terminal.send(typed);
  await fake.hasTyped(0, typed);
  // In the middle of a sequence.
  fake.show('\x1b]0;half');
  await terminal.waitForRaw(/half$/);
  fake.die();
  return { rig, terminal, fake };
}

/** Types while nobody serves: by the time that the client says so, it has read the keys. */
async function typeMeanwhile(terminal: Terminal, keys: string): Promise<void> {
  terminal.send(keys);
  await terminal.waitFor('waiting for its successor');
}

const NOTICE = /(\d+ bytes?) that you typed may not have arrived; press a key to go on/;

test('it comes back as who it was, with what it was given to keep, and tells its size', async () => {
  const { rig, terminal, fake } = await bereft('abc');
  terminal.send('d');
  fake.counted = { taken: 3, given: 3 };
  fake.revive('picture 2');
  await terminal.waitFor('picture 2');
  await fake.hasTyped(1, 'd');
  terminal.resize(90, 20);
  await rig.waitUntil(() => fake.heard.some(({ type }) => type === 'resize'), 'the new size');
  expect(terminal.raw().toString()).toMatch(/half\x18\x1b\\/);
  expect(terminal.title).not.toContain('half');
  const [first, second] = fake.attaches;
  expect(second?.fullName).toBe(first?.fullName);
  expect(second?.terminal.token).toBe(first?.terminal.token);
  expect(first?.terminal.resumes).toBeUndefined();
  expect(second?.terminal.resumes).toEqual({ state: 'picture 1' });
  expect([second?.terminal.cols, second?.terminal.rows]).toEqual([100, 30]);
  terminal.send('\x1c');
  expect(await terminal.waitForExit()).toBe(0);
  expect(rig.processes()).toEqual([]);
});

test('what was not taken is typed again, before what was typed since, over several deaths', async () => {
  const { terminal, fake } = await bereft('abcdef');
  terminal.send('g');
  fake.counted = { taken: 4, given: 4 };
  fake.revive('picture 2');
  await fake.hasTyped(1, 'efg');
  fake.die();
  terminal.send('h');
  // Counted from the beginning.
  fake.counted = { taken: 6, given: 6 };
  fake.revive('picture 3');
  await fake.hasTyped(2, 'gh');
  await terminal.waitFor('picture 3');
  expect(terminal.raw().toString()).not.toContain('arrived');
});

test('what nobody knows of is told and not typed again; the key that goes on is nobody’s', async () => {
  const { terminal, fake } = await bereft('abcdef');
  await typeMeanwhile(terminal, 'gh');
  fake.counted = { taken: 5, given: 2 };
  fake.revive('picture 2');
  await terminal.waitFor(NOTICE);
  expect(NOTICE.exec(terminal.text())?.[1]).toBe('3 bytes');
  expect(terminal.text()).not.toContain('picture 2');
  terminal.send('\r');
  await terminal.waitFor('picture 2');
  expect(terminal.text()).not.toMatch(NOTICE);
  await fake.hasTyped(1, 'fgh');
  terminal.send('i');
  await fake.hasTyped(1, 'fghi');
});

test('replies of the terminal are no keys: they are not told of, and go on to the program', async () => {
  const { terminal, fake } = await bereft('a\x1b[?62;22c\x1b[I');
  fake.counted = { taken: 13, given: 1 };
  fake.revive('picture 2');
  await terminal.waitFor('picture 2');
  terminal.send('b\x1b[I');
  await fake.hasTyped(1, 'b\x1b[I');
  fake.die();
  fake.counted = { taken: 17, given: 13 };
  fake.revive('picture 3');
  await terminal.waitFor(NOTICE);
  expect(NOTICE.exec(terminal.text())?.[1]).toBe('1 byte');
  terminal.send('\x1b[O');
  terminal.send('\x1b[Ax');
  await terminal.waitFor('picture 3');
  await fake.hasTyped(2, '\x1b[Ox');
});

test('where nobody has counted, what was typed last is told, and the count begins again', async () => {
  const { terminal, fake } = await bereft('abcdef');
  fake.revive('picture 2');
  await terminal.waitFor(NOTICE);
  expect(NOTICE.exec(terminal.text())?.[1]).toBe('6 bytes');
  terminal.send(' ');
  await terminal.waitFor('picture 2');
  terminal.send('xyz');
  await fake.hasTyped(1, 'xyz');
  fake.die();
  fake.counted = { taken: 2, given: 2 };
  fake.revive('picture 3');
  await fake.hasTyped(2, 'z');
});

test('the detach key acts while that is told, and what was held is typed before', async () => {
  const { terminal, fake } = await bereft('abc');
  await typeMeanwhile(terminal, 'd');
  fake.counted = { taken: 3, given: 0 };
  fake.revive('picture 2');
  await terminal.waitFor(NOTICE);
  terminal.send('\x1c');
  expect(await terminal.waitForExit()).toBe(0);
  await fake.hasTyped(1, 'd');
  expect(terminal.raw().toString()).toContain('picture 2');
});

test('if that one dies as well before it is read, it is told of all', async () => {
  const { terminal, fake } = await bereft('abc');
  fake.counted = { taken: 3, given: 1 };
  fake.revive('picture 2');
  await terminal.waitFor('2 bytes that you typed');
  fake.die();
  await terminal.waitFor((screen) => !screen.includes('that you typed'));
  await typeMeanwhile(terminal, 'd');
  fake.revive('picture 3');
  await terminal.waitForRaw(/2 bytes that you typed[\s\S]*2 bytes that you typed/);
  terminal.send('\r');
  await terminal.waitFor('picture 3');
  await fake.hasTyped(2, 'd');
  // It is known now.
  fake.die();
  fake.counted = { taken: 4, given: 1 };
  fake.revive('picture 4');
  await terminal.waitFor('1 byte that you typed');
});

test('much output waits while that is told, and is all shown', async () => {
  const { terminal, fake } = await bereft('abc');
  fake.counted = { taken: 3, given: 0 };
  fake.revive('picture 2');
  await terminal.waitFor(NOTICE);
  fake.show(`${'x'.repeat(79)}\r\n`.repeat(20_000));
  fake.show('the end');
  terminal.send('\r');
  await terminal.waitFor('the end');
  const shown = terminal.raw().toString('latin1').match(/x{79}/g);
  expect(shown).toHaveLength(20_000);
});

test('a paste that comes while that is told is no key', async () => {
  const { terminal, fake } = await bereft('abc');
  terminal.send('\x1b[200~begun ');
  fake.counted = { taken: 3, given: 0 };
  fake.revive('picture 2');
  await terminal.waitFor(NOTICE);
  terminal.send('and ended\x1b[201~');
  terminal.send('\r');
  await terminal.waitFor('picture 2');
  await fake.hasTyped(1, '\x1b[200~begun and ended\x1b[201~');
});

test('a paste of megabytes waits, in part in the terminal, and all of it arrives', async () => {
  const { rig, terminal, fake } = await bereft('abc');
  const pasted = Array.from({ length: 300_000 }, (_, i) => `${String(i).padStart(9, '0')}\n`);
  const text = `\x1b[200~${pasted.join('')}\x1b[201~`;
  terminal.send(text);
  await terminal.waitFor('waiting for its successor');
  fake.counted = { taken: 2, given: 2 };
  fake.revive('picture 2');
  await rig.waitUntil(() => fake.typed[1]?.length === text.length + 1, 'all of the paste');
  expect(fake.typed[1] === `c${text}`).toBe(true);
});

test('who leaves while nobody serves is told what did not arrive', async () => {
  const { terminal, fake } = await bereft('abc');
  terminal.send('\x1b[Idef');
  await terminal.waitFor('waiting for its successor');
  terminal.send('\x1c');
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.text()).toContain('(bytes: 3) did not arrive');
  expect(fake.attaches).toHaveLength(1);
});

test('a session that was renamed meanwhile is found', async () => {
  const { terminal, fake } = await bereft('abc');
  const fullName = `${fake.attaches[0]?.fullName}`.replace(':main:', ':other:');
  fake.only = fullName;
  fake.session = { ...fake.session, fullName };
  fake.counted = { taken: 3, given: 3 };
  fake.revive('picture 2');
  await terminal.waitFor('picture 2');
  terminal.send('\x1c');
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.text()).toContain('[detached from ultra:other]');
});

test('another program at the same name is not typed into', async () => {
  const { terminal, fake } = await bereft('abc');
  terminal.send('secret');
  fake.session = { pid: 4712 };
  fake.counted = { taken: 3, given: 3 };
  fake.revive('picture 2');
  expect(await terminal.waitForExit()).toBe(1);
  expect(terminal.text()).toContain('[lost ultra:main');
  expect(fake.typed.slice(1).join('')).toBe('');
});

test('one who only looks on has nothing to be told, and types nothing', async () => {
  const { terminal, fake } = await bereft('abc', ['--read-only']);
  await typeMeanwhile(terminal, 'd');
  fake.revive('picture 2');
  await terminal.waitFor('picture 2');
  expect(fake.attaches[1]?.terminal.readOnly).toBe(true);
  expect(fake.typed[1]).toBe('');
});

test('a successor that does not answer is left after 10 s, and the session is not called lost', async () => {
  const { terminal } = await bereft('abc');
  expect(await terminal.waitForExit()).toBe(1);
  expect(terminal.text()).toContain('[left ultra:main: its supervisor died');
  expect(terminal.text()).toContain('codex-sessions attach');
});

test('while nobody types, nobody is asked for a sign of life; after a key without an answer one is', async () => {
  const rig = createRig();
  const fake = await FakeSupervisor.listen(rig);
  const terminal = rig.open(['attach', 'main'], { answers: false });
  await terminal.waitFor('picture 1');
  terminal.send('a');
  await rig.waitUntil(() => fake.heard.some(({ type }) => type === 'ping'), 'a ping');
  // It was answered, so nothing is said.
  terminal.send('b');
  await rig.waitUntil(
    () => fake.heard.filter(({ type }) => type === 'ping').length === 2,
    'another ping',
  );
  expect(terminal.raw().toString()).not.toContain('No answer');
  fake.silent = true;
  terminal.send('c');
  await terminal.waitFor('No answer for 5 s');
  fake.revive('picture 1');
  await rig.waitUntil(() => fake.heard.some(({ type }) => type === 'repaint'), 'a repaint');
});
