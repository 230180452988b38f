/** The question of the real Codex in a session, read from what `peek` shows. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readQuestion } from '../../src/codex/question.ts';
import { createCodexRig } from '../support/rig/codex-rig.ts';

test('a command is read with its choices, and the key of one gives it', async () => {
  const { rig, model } = await createCodexRig();
  const file = join(rig.root, 'mark');
  const cmd = `touch ${file}\n# 1. No, and tell Codex what to do differently (y)`;
  model.on(/leave a mark/, { type: 'tool', cmd, justification: 'it is wanted' });
  await rig.ok(['start', '-d', 'main']);
  await rig.ok(['wait', 'main', '--until', 'idle']);
  await rig.ok(['send', 'main', 'leave a mark']);
  const screen = async () => (await rig.ok(['peek', 'main'])).split('\n');
  await rig.waitUntil(async () => readQuestion(await screen()) !== undefined, 'the question');
  const question = readQuestion(await screen());
  expect(question).toMatchObject({
    kind: 'command',
    title: 'Would you like to run the following command?',
    reason: 'it is wanted',
  });
  expect(question?.command?.replaceAll(/\s/g, '')).toBe(cmd.replaceAll(/\s/g, ''));
  expect(question?.choices.map(({ number, key }) => [number, key])).toEqual([
    [1, 'y'],
    [2, 'esc'],
  ]);
  await rig.waitUntil(async () => {
    await rig.ok(['send', 'main', '--key', question?.choices[0]?.key ?? '']);
    return readQuestion(await screen()) === undefined;
  }, 'the question to be gone');
  await rig.waitUntil(() => existsSync(file), 'the command to have run');
});
