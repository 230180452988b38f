/** Keys after a prefix with the real Codex, which sets the keyboard's modes as it likes. */
import { expect, test } from 'vitest';
import { converse, createCodexRig } from '../support/rig/codex-rig.ts';

test('Ctrl-B d leaves, Ctrl-B s switches, Ctrl-B twice is Codex’s; a prompt arrives unchanged', async () => {
  const { rig, model } = await createCodexRig();
  rig.file(
    'home/.config/codex-sessions/config.toml',
    'detach_key = "ctrl+b d"\nswitch_key = "ctrl+b s"\n',
  );
  const terminal = rig.open(['start']);
  await converse(terminal, 'bad odds');
  terminal.type('and');
  await terminal.waitFor(/› and/);
  // Codex: one character to the left.
  terminal.press('ctrl+b', 'ctrl+b');
  terminal.type('x');
  await terminal.waitFor(/› anxd/);
  terminal.press('ctrl+b');
  terminal.type('s');
  await terminal.waitFor('enter attach', { what: 'the switcher' });
  terminal.press('esc');
  await terminal.waitFor(/› anxd/);
  terminal.press('enter');
  expect((await model.request(/anxd/)).prompts).toEqual(['bad odds', 'anxd']);
  terminal.press('ctrl+b');
  terminal.type('d');
  expect(await terminal.waitForExit()).toBe(0);
  expect(terminal.text()).toContain('[detached from ultra:main]');
});
