/** A supervisor that dies under the real Codex: turns, screens and conversations go on. */
import { expect, test } from 'vitest';
import { converse, createCodexRig } from '../support/rig/codex-rig.ts';
import { atRest, dies, guarded } from '../support/rig/successor.ts';

const DETACH = '\x1c';

test('a session at rest has the same picture, status and conversation', async () => {
  const { rig } = await createCodexRig();
  const terminal = rig.open(['start', 'one']);
  await converse(terminal, 'first question');
  await rig.ok(['wait', 'one']);
  terminal.type(DETACH);
  await terminal.waitForExit();
  await guarded(rig);
  await atRest(rig);
  const look = async () => {
    const [session] = JSON.parse(await rig.ok(['ls', '--json']));
    return { screen: await rig.ok(['peek', '--ansi', 'one']), session };
  };
  const before = await look();
  await dies(rig);
  expect(await look()).toEqual(before);
  const again = rig.open(['attach', 'one']);
  await again.waitFor('You said: first question');
  await converse(again, 'second question');
});

test('a turn goes on, its end is reported, and the picture is that of the program', async () => {
  const { rig, model } = await createCodexRig();
  const gate = model.hold(/slow question/);
  const terminal = rig.open(['start', 'turn']);
  await converse(terminal, 'first question');
  await rig.ok(['wait', 'turn']);
  terminal.paste('slow question', 'enter');
  const request = await gate.arrived;
  const session = async () => (await rig.list())[0];
  await rig.waitUntil(async () => (await session())?.status === 'working', 'the turn');
  terminal.type(DETACH);
  await terminal.waitForExit();
  const peek = async () => (await rig.ok(['peek', 'turn'])).replace(/\(\d+s/, '(… s');
  const before = await peek();
  const { pid } = (await session()) ?? {};
  await dies(rig);
  expect(['unknown', 'working']).toContain((await session())?.status);
  await rig.waitUntil(async () => (await peek()) === before, `the same picture\n${before}`);
  gate.release();
  await rig.waitUntil(async () => (await session())?.status === 'done', 'the end of the turn');
  expect(request.aborted).toBe(false);
  expect((await session())?.pid).toBe(pid);
  expect(await peek()).toContain('You said: slow question');
});
