/** A session that is renamed while terminals show it, or after one has shown it. */
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig } from '../../support/rig/rig.ts';

const CODEX = { codex: 'echo "here $CODEX_SESSIONS_SESSION"; exec cat' };

test('renamed while attached: the switcher goes back to it, and its end is told by its name', async () => {
  const rig = createRig(CODEX);
  await rig.ok(['start', '-d', 'old']);
  const terminal = rig.open(['attach', 'old']);
  await terminal.waitFor('here codex:ultra:old:');
  await rig.ok(['rename', 'old', 'new']);
  terminal.press('ctrl+^');
  await terminal.waitFor('you are here');
  terminal.press('esc');
  await terminal.waitFor(/here codex:ultra:old:/);
  terminal.press('ctrl+\\');
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.text()).toContain('[detached from ultra:new]');
  const other = rig.open(['attach', 'new']);
  await other.waitFor('here codex:ultra:old:');
  await rig.ok(['rename', 'new', 'newer']);
  await rig.ok(['kill', 'newer']);
  expect(await other.waitForExit()).toBe(129);
  expect(other.text()).toMatch(/\[ultra:newer was killed[\s\S]*codex-sessions start ultra:newer/);
});

test('switch - goes to a session that was renamed since, or while it was shown', async () => {
  const rig = createRig(CODEX);
  for (const name of ['a', 'b']) await rig.ok(['start', '-d', name]);
  const program = rig.program('codex-sessions', `exec ${COMMAND} "$@"`);
  const env = { PS1: 'sh> ', PATH: `${dirname(program)}:${rig.env.PATH}` };
  const terminal = rig.openProgram('/bin/sh', [], { env });
  const visit = async (line: string, was: string, meanwhile: readonly string[], left: string) => {
    terminal.type(`clear; codex-sessions ${line}`);
    terminal.press('enter');
    await terminal.waitFor(new RegExp(`here codex:ultra:${was}:`));
    if (meanwhile.length > 0) await rig.ok(meanwhile);
    terminal.press('ctrl+\\');
    await terminal.waitFor(new RegExp(`detached from ultra:${left}\\]\\s+sh>\\s*$`));
  };
  await visit('attach a', 'a', ['rename', 'a', 'a2'], 'a2');
  await visit('attach b', 'b', ['rename', 'a2', 'a3'], 'b');
  await visit('switch -', 'a', [], 'a3');
  await rig.ok(['rename', 'b', 'b2']);
  await visit('switch -', 'b', [], 'b2');
});
