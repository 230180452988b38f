/**
 * The pinned Codex on the loopback model, without our product in between. When this fails, Codex
 * or the model has changed, and the other end-to-end tests can only fail with it.
 */
import { expect, test } from 'vitest';
import { codexBin } from '../support/rig/codex-home.ts';
import { converse, createCodexRig, READY } from '../support/rig/codex-rig.ts';

test('Codex starts, converses, asks before it runs a tool, and quits', async () => {
  const { rig, model } = await createCodexRig();
  model.on(/use a tool/, { type: 'tool', cmd: 'echo from-the-tool', justification: 'to show it' });
  const codex = rig.openProgram(process.execPath, [codexBin, '--no-daemon']);
  await codex.waitFor(READY);
  expect(codex.modes()).toMatchObject({ alternateScreen: true, kittyFlags: 7, mouse: 'any' });
  // A prompt that comes before the turn's end would join it.
  const turnsOver = (count: number) =>
    codex.waitForRaw(new RegExp(`(state=done:app=codex[\\s\\S]*){${count}}`), {
      what: `the end of ${count} turns`,
    });
  await converse(codex, 'hello there');
  await turnsOver(1);

  codex.type('typed by hand');
  await codex.waitFor('typed by hand');
  codex.press('enter');
  await codex.waitFor('You said: typed by hand');
  await turnsOver(2);

  codex.paste('use a tool', 'enter');
  await codex.waitFor('to show it');
  await codex.waitForRaw(/state=blocked:app=codex:kind=permission/);
  codex.press('y');
  await codex.waitFor(/The tool said[\s\S]*from-the-tool/);

  const asked = model.requests.filter(({ isTitle }) => !isTitle);
  expect(new Set(asked.map(({ threadId }) => threadId)).size).toBe(1);
  expect(asked.at(-1)?.prompts).toEqual(['hello there', 'typed by hand', 'use a tool']);

  await turnsOver(3);
  codex.paste('/exit', 'enter');
  expect(await codex.waitForExit()).toBe(0);
  expect(codex.text()).toMatch(/codex resume [0-9a-f-]{36}/);
});
