/** A prompt for many sessions at once, with the real Codex: each answer under its name. */
import { expect, test } from 'vitest';
import { Background } from '../support/rig/background.ts';
import { createCodexRig, startedUp } from '../support/rig/codex-rig.ts';

test('all are asked before the first has answered; answers come as they are ready, each by name', async () => {
  const codex = await createCodexRig();
  const { rig, model } = codex;
  const cwd = codex.project('api');
  for (const name of ['one', 'two']) {
    await rig.ok(['start', '-d', name], { cwd });
    await startedUp(rig, name);
  }
  await rig.ok(['send', 'api:one', '--wait', 'you are the first']);

  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  model.on(/who are you/, async ({ prompts }) => {
    if (prompts.length > 1) await released;
    return undefined;
  });
  const asking = new Background(rig, ['send', 'api:*', '--wait', 'who are you']);
  await asking.until(() => asking.lines().length >= 2, 'the answer of the second');
  expect(asking.lines()).toEqual(['==> api:two <==', 'You said: who are you']);
  release();
  expect(await asking.exited).toBe(0);
  expect(asking.lines().slice(2)).toEqual(['', '==> api:one <==', 'You said: who are you']);
  expect(asking.stderr).toBe('api:* matches 2 sessions: api:one, api:two\n');

  model.on(/fail, the first/, ({ prompts }) =>
    prompts.length > 2 ? { type: 'error', message: 'no such model' } : undefined,
  );
  const json = await rig.run(['send', 'api:*', '--wait', '--json', 'fail, the first']);
  expect(json.exitCode).toBe(1);
  expect(json.stderr).toMatch(/^api:one: the turn failed: .*no such model/m);
  const told = json.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ session, outcome, answer }) => [session.split(':')[2], outcome, answer])
    .sort();
  expect(told).toEqual([
    ['one', 'failed', null],
    ['two', 'finished', 'You said: fail, the first'],
  ]);
});
