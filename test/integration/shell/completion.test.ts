/** TAB in real shells on real terminals: what is typed, and what is then on the screen. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import {
  CODEX,
  clear,
  completed,
  isInstalled,
  openShell,
  SHELLS,
  type Shell,
} from '../../support/rig/shells.ts';

const LIST = '\t\t';

async function withSessions(rig: Rig, ...names: string[]): Promise<void> {
  for (const name of names) await rig.ok(['start', '-d', name]);
}

const INSTALLED = SHELLS.filter(isInstalled);

describe.each(INSTALLED)('%s', (shell: Shell) => {
  test('commands, flags and values', async () => {
    const rig = createRig({ codex: CODEX });
    const terminal = await openShell(rig, shell);
    terminal.type('cxs superv\t');
    await completed(terminal, 'cxs supervisor');
    terminal.type('up\t');
    await completed(terminal, 'cxs supervisor upgrade');
    await clear(terminal);
    terminal.type('cxs config pa\t');
    await completed(terminal, 'cxs config path');
    await clear(terminal);
    terminal.type('codex-sessions start --re\t');
    await completed(terminal, 'codex-sessions start --resume');
    await clear(terminal);
    terminal.type('cxs send x --key pageu\t');
    await completed(terminal, 'cxs send x --key pageup');
    await clear(terminal);
    terminal.type('cxs wait --until idle,exi\t');
    await completed(terminal, 'cxs wait --until idle,exited');
    await clear(terminal);
    terminal.type('cxs send x --key=pageu\t');
    await completed(terminal, 'cxs send x --key=pageup');
    await clear(terminal);
    terminal.type(`cxs re${LIST}`);
    await terminal.waitFor(/restore[\s\S]*restart[\s\S]*rename/);
    await terminal.waitFor(/bring back what a crash/);
    expect(existsSync(rig.stateDir) && rig.supervisorPid()).toBeFalsy();
  });

  test('names of two projects, with what they are about', async () => {
    const rig = createRig({ codex: CODEX });
    await withSessions(rig, 'review', 'rewrite');
    const api = rig.project('api');
    await rig.ok(['start', '-d', '-C', api, 'fix']);
    await rig.ok(['start', '-d', 'gone']);
    await rig.ok(['kill', '-y', 'gone']);
    const terminal = await openShell(rig, shell);
    terminal.type('cxs kill rev\t');
    await completed(terminal, 'cxs kill review');
    terminal.type('re\t');
    await completed(terminal, 'cxs kill review rewrite');
    await clear(terminal);
    terminal.type('cxs peek api:\t');
    await completed(terminal, 'cxs peek api:fix');
    await clear(terminal);
    terminal.type('cxs forget \t');
    await completed(terminal, 'cxs forget gone');
    await clear(terminal);
    terminal.type(`cxs kill ${LIST}`);
    await terminal.waitFor(/review .*Fix the parser: now/);
    await terminal.waitFor(/api:fix .*Fix the parser: now/);
    expect(terminal.text()).not.toContain('gone');
  });

  test('a checkout completes where it is called by its path', async () => {
    const rig = createRig({ codex: CODEX });
    await withSessions(rig, 'review');
    const terminal = await openShell(rig, shell);
    // Without it on the PATH.
    const node = dirname(process.execPath);
    terminal.type(shell === 'fish' ? `set PATH ${node} /bin\r` : `PATH=${node}:/bin\r`);
    await clear(terminal);
    terminal.type('../../installed/cxs kill re\t');
    await completed(terminal, '../../installed/cxs kill review');
  });

  test('directories and files', async () => {
    const rig = createRig({ codex: CODEX });
    rig.file('p/ultra/some where/file', '');
    const terminal = await openShell(rig, shell);
    terminal.type('cxs start -C so\t');
    await terminal.waitFor(/^%> cxs start -C some\\ where\/$/m);
    await clear(terminal);
    terminal.type('cxs start x -- --profi\t');
    await completed(terminal, 'cxs start x -- --profile');
    await clear(terminal);
    terminal.type('cxs start x -- some\\ where/f\t');
    await completed(terminal, String.raw`cxs start x -- some\ where/file`);
  });

  test('of a supervisor that hangs the records tell', async () => {
    const rig = createRig({ codex: CODEX });
    await withSessions(rig, 'review');
    const terminal = await openShell(rig, shell);
    const pid = rig.supervisorPid() ?? 0;
    process.kill(pid, 'SIGSTOP');
    try {
      terminal.type('cxs kill re\t');
      await completed(terminal, 'cxs kill review');
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });
});

test.runIf(isInstalled('zsh'))('zsh finds it in a directory of fpath', async () => {
  const rig = createRig({ codex: CODEX });
  await withSessions(rig, 'review');
  rig.file('functions/_codex_sessions', await rig.ok(['completion', 'zsh']));
  const lines = [
    "PS1='%%> '",
    `fpath=(${rig.root}/functions $fpath)`,
    'autoload -Uz compinit && compinit -u -D',
  ];
  const terminal = await openShell(rig, 'zsh', { lines });
  for (const line of ['cxs kill re', 'codex-sessions kill re', 'cxs kill re']) {
    terminal.type(`${line}\t`);
    await completed(terminal, `${line}view`);
    await clear(terminal);
  }
});
