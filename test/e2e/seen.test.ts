/** What a command has printed of a turn is seen, and nothing else: with the real Codex. */
import { expect, test } from 'vitest';
import { Background } from '../support/rig/background.ts';
import { createCodexRig } from '../support/rig/codex-rig.ts';
import { COMMAND } from '../support/rig/command.ts';

test('an answer that run, send --wait or log --last has printed is seen; peek by a script is not', async () => {
  const { rig } = await createCodexRig();
  const short = () => rig.ok(['status', '--short']);
  expect(await rig.ok(['run', 'main', 'one'])).toBe('You said: one\n');
  expect(await short()).toBe('');
  expect(await rig.list()).toMatchObject([{ status: 'idle', seen: true }]);
  expect(await rig.ok(['explain'])).toMatch(/client +idle +seen\n$/);

  await rig.ok(['run', 'main', 'two', '--no-seen']);
  expect(await short()).toBe('1✓\n');
  expect(await rig.ok(['log', '--last', '--no-seen'])).toBe('You said: two\n');
  expect(await rig.ok(['log'])).toContain('You said: two');
  expect(await short()).toBe('1✓\n');
  expect(await rig.ok(['log', '--last'])).toBe('You said: two\n');
  expect(await short()).toBe('');

  await rig.ok(['send', 'main', '--wait', '--json', 'three']);
  expect(await short()).toBe('');

  await rig.ok(['send', 'main', 'four']);
  await rig.ok(['wait', 'main']);
  expect(await rig.ok(['peek'])).toContain('You said: four');
  expect(await short()).toBe('1✓\n');
  const unseen = rig.open(['peek', '--no-seen']);
  expect(await unseen.waitForExit()).toBe(0);
  expect(await short()).toBe('1✓\n');
  const person = rig.open(['peek']);
  expect(await person.waitForExit()).toBe(0);
  expect(await short()).toBe('');
});

test('a turn that failed is seen where that was printed, too', async () => {
  const { rig, model } = await createCodexRig();
  model.on(/fails/, { type: 'error', message: 'the model said no' });
  const short = () => rig.ok(['status', '--short']);
  for (const [command, ...flags] of [['run'], ['send', '--wait']]) {
    const failed = await rig.run([command as string, 'main', 'it fails', ...flags, '--no-seen']);
    expect(failed.stderr).toContain('the model said no');
    expect(await short()).toBe('1✗\n');
    await rig.run([command as string, 'main', 'it fails again', ...flags]);
    expect(await short()).toBe('');
  }
  expect(await rig.list()).toMatchObject([{ status: 'error', seen: true }]);
});

test('what could not be written is not seen, and neither is a later turn', async () => {
  const { rig, model } = await createCodexRig();
  const short = () => rig.ok(['status', '--short']);
  await rig.ok(['start', '-d']);
  const gate = model.hold(/first/);
  const first = new Background(rig, ['run', 'main', 'first']);
  await gate.arrived;
  // It looks again when a later turn is over, too.
  first.signal('SIGSTOP');
  gate.release();
  await rig.ok(['wait', 'main']);
  expect(await rig.ok(['run', 'main', 'second', '--no-seen'])).toBe('You said: second\n');
  first.signal('SIGCONT');
  expect(await first.exited).toBe(0);
  expect(first.lines()).toEqual(['You said: first']);
  expect(await short()).toBe('1✓\n');

  const full = rig.openProgram('/bin/sh', ['-c', `${COMMAND} log --last > /dev/full`]);
  expect(await full.waitForExit()).not.toBe(0);
  expect(await short()).toBe('1✓\n');
  expect(await rig.ok(['log', '--last'])).toBe('You said: second\n');
  expect(await short()).toBe('');
});
