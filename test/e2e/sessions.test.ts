/** The main job, with the real Codex: start, leave, come back, list, switch, kill. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { converse, createCodexRig, READY, startedUp } from '../support/rig/codex-rig.ts';
import type { Terminal } from '../support/terminal/terminal.ts';

/** Nothing that Codex asked of the terminal may be left on for the shell. */
function expectCleanTerminal(terminal: Terminal): void {
  expect(terminal.modes()).toMatchObject({
    alternateScreen: false,
    kittyFlags: 0,
    modifyOtherKeys: 0,
    bracketedPaste: false,
    focusEvents: false,
    mouse: 'none',
    synchronized: false,
    cursorHidden: false,
  });
}

async function detach(terminal: Terminal, session: string): Promise<void> {
  terminal.press('ctrl+\\');
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.text()).toContain(`[detached from ${session}]`);
  expectCleanTerminal(terminal);
}

test('two sessions of one project: leave, come back, switch, kill one, kill all', async () => {
  const { rig, model } = await createCodexRig();

  const first = rig.open(['start']);
  await converse(first, 'alpha in main');
  await detach(first, 'ultra:main');
  const second = rig.open(['start', 'review']);
  await converse(second, 'beta in review');
  await detach(second, 'ultra:review');

  const listed = await rig.list();
  // Which of them needs somebody more depends on what Codex says of itself at this moment.
  const seen = listed.map(({ name, state, clients }) => ({ name, state, clients }));
  expect(seen.sort((a, b) => a.name.localeCompare(b.name))).toEqual([
    { name: 'main', state: 'running', clients: 0 },
    { name: 'review', state: 'running', clients: 0 },
  ]);

  const back = rig.open(['attach', 'review']);
  await back.waitFor('You said: beta in review');
  expect(back.text()).not.toContain('alpha');
  await converse(back, 'gamma in review');
  const gamma = await model.request(/gamma/);
  expect(gamma.prompts).toEqual(['beta in review', 'gamma in review']);

  back.press('ctrl+^');
  await back.waitFor('enter attach', { what: 'the switcher' });
  back.type('main');
  back.press('enter');
  await back.waitFor('You said: alpha in main');
  expect(back.text()).not.toContain('beta');
  await converse(back, 'delta in main');
  expect((await model.request(/delta/)).prompts).toEqual(['alpha in main', 'delta in main']);

  await rig.ok(['kill', 'review']);
  expect((await rig.list()).map(({ name, clients }) => ({ name, clients }))).toEqual([
    { name: 'main', clients: 1 },
  ]);
  await rig.ok(['kill-all', '-y']);
  await back.waitForExit();
  expect(back.text()).toContain('[ultra:main ');
  expectCleanTerminal(back);
  expect(await rig.list()).toEqual([]);
  await rig.waitUntilEmpty();
});

test('a session of the same name in another project is another session', async () => {
  const { rig, model, project } = await createCodexRig();
  const here = rig.projectDir;
  const there = project('ultra', 'q');

  const names = [
    await rig.ok(['start', 'review', '-d', '--', 'said in the first'], { cwd: here }),
    await rig.ok(['start', 'review', '-d', '--', 'said in the second'], { cwd: there }),
  ].map((line) => line.trim());
  expect(names[0]).toMatch(/^codex:ultra:review:[0-9a-f]{8}$/);
  expect(names[1]).toMatch(/^codex:ultra:review:[0-9a-f]{8}$/);
  expect(names[1]).not.toBe(names[0]);
  const asked = [await model.request(/in the first/), await model.request(/in the second/)];
  expect(asked[0]?.threadId).not.toBe(asked[1]?.threadId);

  const listed = await rig.list();
  expect(listed.map(({ fullName }) => fullName).sort()).toEqual(names.sort());
  expect((await rig.list('--here')).map(({ root }) => root)).toEqual([here]);

  const first = rig.open(['attach', 'review'], { cwd: here });
  await first.waitFor('You said: said in the first');
  const second = rig.open(['attach', 'review'], { cwd: there });
  await second.waitFor('You said: said in the second');
  expect(first.text()).not.toContain('in the second');
  expect(second.text()).not.toContain('in the first');

  const ambiguous = await rig.run(['kill', 'ultra:review'], { cwd: rig.root });
  expect(ambiguous.exitCode).toBe(4);
  for (const name of names) expect(ambiguous.stderr).toContain(name);
});

test('start without a name reaches the one session of the project, from anywhere in it', async () => {
  const { rig, model } = await createCodexRig();
  const first = rig.open(['start']);
  await converse(first, 'the only conversation');

  const below = join(rig.projectDir, 'src', 'deep');
  mkdirSync(below, { recursive: true });
  const second = rig.open(['start'], { cwd: below });
  await second.waitFor('You said: the only conversation');
  expect((await rig.list()).map(({ name, clients }) => ({ name, clients }))).toEqual([
    { name: 'main', clients: 2 },
  ]);

  await converse(second, 'asked from the other terminal');
  await first.waitFor('You said: asked from the other terminal');
  const threads = new Set(model.requests.map(({ threadId }) => threadId));
  expect([...threads].filter((id) => id !== '').length).toBeGreaterThan(0);
  expect((await model.request(/from the other/)).prompts).toHaveLength(2);
});

test('Codex ends by itself: its code comes through and nothing is left', async () => {
  const { rig } = await createCodexRig();
  const terminal = rig.open(['start', 'short']);
  await terminal.waitFor(READY);
  // While Codex still starts its servers, Ctrl-C interrupts that and is no step towards the end.
  await startedUp(rig, 'short');
  terminal.press('ctrl+c');
  terminal.press('ctrl+c');
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.text()).toContain('[ultra:short exited with 0]');
  expectCleanTerminal(terminal);
  await rig.waitUntilEmpty();
});

test('a turn goes on while nobody is attached', async () => {
  const { rig, model } = await createCodexRig();
  const gate = model.hold(/long work/);
  const terminal = rig.open(['start', 'long']);
  await terminal.waitFor(READY);
  terminal.paste('long work', 'enter');
  const request = await gate.arrived;
  await detach(terminal, 'ultra:long');
  gate.release();
  const back = rig.open(['attach', 'long']);
  await back.waitFor('You said: long work');
  expect(request.aborted).toBe(false);
});
