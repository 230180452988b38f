/** An upgrade of codex-sessions under the real Codex: turns, screens and conversations go on. */
import { expect, test } from 'vitest';
import { converse, createCodexRig, READY, startedUp } from '../support/rig/codex-rig.ts';

test('a supervisor is replaced in the middle of a turn, and Codex does not notice', async () => {
  const { rig, model } = await createCodexRig();
  const gate = model.hold(/slow question/);
  const terminal = rig.open(['start', 'turn']);
  await converse(terminal, 'first question');
  await rig.ok(['wait', 'turn']);
  terminal.paste('slow question', 'enter');
  const request = await gate.arrived;
  await rig.ok(['start', '-d', 'idle']);
  const statuses = async () =>
    Object.fromEntries((await rig.list()).map((s) => [s.name, `${s.status} ${s.pid}`]));
  await startedUp(rig, 'idle');
  // The model may have the prompt before Codex says that it works.
  await rig.waitUntil(
    async () => (await statuses()).turn?.startsWith('working'),
    'the turn to be under way',
  );
  const before = await statuses();

  const old = await rig.supervisorPid();
  await rig.ok(['supervisor', 'upgrade']);
  expect(await rig.supervisorPid()).not.toBe(old);
  expect(await statuses()).toEqual(before);

  gate.release();
  await terminal.waitFor('You said: slow question');
  expect(request.aborted).toBe(false);
  const over = () =>
    rig.waitUntil(async () => (await statuses()).turn?.startsWith('idle'), 'the turn to be over');
  await over();
  await converse(terminal, 'third question');
  await over();
  const other = rig.open(['attach', 'idle']);
  await other.waitFor(READY);
  await converse(other, 'asked after the upgrade');
  // The conversation is known still: what was killed comes back with all of its turns.
  await rig.ok(['kill', 'turn', '-y']);
  await terminal.waitForExit();
  const again = rig.open(['start', 'turn']);
  await again.waitFor('You said: third question');
});
