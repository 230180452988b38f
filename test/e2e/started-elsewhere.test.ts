/** A session that is started where no terminal is, or in a multiplexer, is the same as any other. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { converse, createCodexRig, startedUp } from '../support/rig/codex-rig.ts';

test('Codex starts without a question where TERM is dumb, and copies as no tmux is around it', async () => {
  const { rig } = await createCodexRig();
  // SSH_CONNECTION: by OSC 52, not to the clipboard of this machine.
  const starter = {
    TERM: 'dumb',
    TMUX: '/tmp/tmux-0/default,1,0',
    TMUX_PANE: '%0',
    SSH_CONNECTION: '127.0.0.1 1 127.0.0.1 22',
  };
  await rig.ok(['start', '-d'], { env: starter });
  await startedUp(rig);
  const terminal = rig.open(['attach']);
  await converse(terminal, 'copy this');
  await startedUp(rig);
  terminal.type('/copy');
  await terminal.waitFor(/\/copy\s+copy/, { what: "the command's completion" });
  terminal.press('enter');
  await terminal.waitFor('Copy whole response');
  terminal.press('enter');
  await terminal.waitForRaw(/\x1b\]52;c;/);
  expect(terminal.raw().toString('latin1')).not.toContain('\x1bPtmux;');
  await rig.ok(['restart'], { env: starter });
  await startedUp(rig);
  expect(await rig.ok(['peek'])).not.toContain('Continue anyway');
});

test('with a relative CODEX_HOME a script gets its answer', async () => {
  const { rig, home } = await createCodexRig();
  symlinkSync(home.path, join(rig.projectDir, 'ch'));
  const env = { CODEX_HOME: 'ch' };
  await rig.ok(['start', '-d'], { env });
  await startedUp(rig);
  expect(await rig.ok(['run', 'main', 'from here'], { env })).toContain('You said: from here');
  await rig.ok(['kill', 'main', '-y']);
  await rig.ok(['start', '-d'], { env });
  await startedUp(rig);
  expect(await rig.ok(['log', 'main'], { env })).toContain('from here');
});
