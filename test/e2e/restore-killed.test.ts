/** A kill that was a mistake: the command that it names brings all conversations back. */
import { expect, test } from 'vitest';
import { converse, createCodexRig } from '../support/rig/codex-rig.ts';
import { sessions } from '../support/rig/conversations.ts';

test('kill-all, then what it says: every conversation is back under its name', async () => {
  const codex = await createCodexRig();
  const { rig, model } = codex;
  for (const [name, mark] of [
    ['main', 'alpha'],
    ['review', 'beta'],
  ] as const) {
    const terminal = rig.open(['start', name]);
    await converse(terminal, `${mark} first`);
    terminal.press('ctrl+\\');
    await terminal.waitForExit();
  }
  const conversations = async () =>
    (await sessions(codex)).map(({ name, conversation }) => [name, conversation]).sort();
  const before = await conversations();
  const { stderr } = await rig.run(['kill-all', '-y']);
  const command = /^Bring them back: codex-sessions (.*)$/m.exec(stderr)?.[1]?.split(' ') ?? [];
  await rig.waitUntilEmpty();
  const { stdout, exitCode } = await rig.run(command, { timeout: 60_000 });
  expect(exitCode).toBe(0);
  expect(stdout.split('\n').filter(Boolean).sort()).toEqual([
    'ultra:main  resumed',
    'ultra:review  resumed',
  ]);
  expect(await conversations()).toEqual(before);
  const back = rig.open(['attach', 'review']);
  await converse(back, 'beta second');
  expect((await model.request(/beta second/)).prompts).toEqual(['beta first', 'beta second']);
});
