/** What a program prints is never typed into it, whoever answers its questions. */
import { test } from 'vitest';
import { COMMAND } from '../support/rig/command.ts';
import { createRig } from '../support/rig/rig.ts';
import type { Terminal } from '../support/terminal/terminal.ts';
import { Tmux } from '../support/terminal/tmux.ts';

/** Asks for a capability whose name is a line of a shell; then for one that no terminal knows. */
const TYPES_A_LINE = "printf '\\033P+q\\ntouch PWNED\\n\\033\\\\\\033P+q5A5A\\033\\\\'\n";
/** The answer to the second, which comes after the one to the first and stands in the shell's line. */
const ANSWERED = '0+r5A5A';
/** With Ctrl-U before it: the answers are no command. */
const WHAT_IS_THERE = '\x15echo "<$(ls)>"\n';

test('… with nobody attached', async () => {
  const rig = createRig();
  await rig.ok(['start', '-d']);
  const type = (text: string) => rig.ok(['send', 'main', '--force', '--no-submit', text]);
  const waitFor = (text: string) =>
    rig.waitUntil(async () => (await rig.ok(['peek', 'main'])).includes(text), text);
  await type(TYPES_A_LINE);
  await waitFor(ANSWERED);
  await type(WHAT_IS_THERE);
  await waitFor('<>');
});

test('… with a terminal attached', async () => {
  const rig = createRig();
  const terminal = rig.open(['start']);
  await expectNothingTyped(terminal);
});

test('… attached inside tmux', async () => {
  const rig = createRig();
  rig.knowKeys();
  const { terminal } = Tmux.open({ env: rig.env, cwd: rig.projectDir });
  terminal.type(`${COMMAND} start\n`);
  await expectNothingTyped(terminal);
});

async function expectNothingTyped(terminal: Terminal): Promise<void> {
  await terminal.waitFor('stand-in ready');
  terminal.type(TYPES_A_LINE);
  await terminal.waitFor(ANSWERED);
  terminal.type(WHAT_IS_THERE);
  await terminal.waitFor('<>');
}
