/** Codex without the alternate screen: each answer is once in the terminal's own scrollback. */
import { expect, test } from 'vitest';
import { converse, createCodexRig, READY, startedUp } from '../support/rig/codex-rig.ts';
import { COMMAND } from '../support/rig/command.ts';
import type { Terminal } from '../support/terminal/terminal.ts';

const HERE = ['one', 'two', 'three', 'four', 'five', 'six'];
const ELSEWHERE = ['seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];

function answers(terminal: Terminal): string[] {
  return [...terminal.history().matchAll(/You said: (\S+)/g)].map(([, prompt = '']) => prompt);
}

test('left, gone on with elsewhere, and attached again; then beside another size', async () => {
  const { rig } = await createCodexRig();
  const shell = rig.openProgram('/bin/sh', ['-i'], { cols: 90, rows: 24, env: { PS1: 'shell$ ' } });
  await shell.waitFor('shell$');
  shell.send(`${COMMAND} start -- --no-alt-screen\r`);
  await startedUp(rig);
  for (const prompt of HERE) await converse(shell, prompt);
  shell.press('ctrl+\\');
  await shell.waitFor('[detached from');
  for (const prompt of ELSEWHERE) await rig.ok(['run', 'main', prompt]);
  shell.send(`${COMMAND} attach main\r`);
  await shell.waitFor('You said: twelve');
  await shell.waitFor(READY);
  expect(answers(shell)).toEqual([...HERE, ...ELSEWHERE]);

  const other = rig.open(['attach', 'main'], { cols: 110, rows: 40 });
  await other.waitFor('You said: twelve');
  await converse(other, 'thirteen');
  // The first key makes the size the first terminal's again.
  shell.send('x');
  await shell.waitFor((text, terminal) => /› x/.test(text) && !terminal.modes().alternateScreen);
  shell.send('\x7f');
  await converse(shell, 'fourteen');
  expect(answers(shell)).toEqual([...HERE, ...ELSEWHERE, 'thirteen', 'fourteen']);
});
