/** TAB with names, titles, directories and options of shells that are out of the ordinary. */
import { chmodSync, existsSync } from 'node:fs';
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
import type { Terminal } from '../../support/terminal/terminal.ts';

/** Names of projects that mean something to shells, or to what lies between them and us. */
const ODD = [
  `quo'te "and" more`,
  'dollar $HOME',
  'semi;colon&pipe|x',
  'glob*?[a]',
  'back\\slash',
  'colon:inside',
  'tick`x`',
  'paren(x){y,z}<>',
  'bang!x',
  'ünï 中文',
];
const ODD_BEGINNINGS = [
  '~tilde',
  '#hash',
  '-dash',
  '=equals',
  '^caret%x',
  ' space',
  '"quoted"',
  '$(x)',
];

const LIST = '\t\t';

/** Runs the line that is typed, and sees the session of that project. */
async function expectPeeked(terminal: Terminal, project: string): Promise<void> {
  terminal.type('\r');
  await terminal.waitFor((screen) => screen.includes(`/${project}\n`) && /%>\s*$/.test(screen), {
    what: `the screen of ${project}`,
  });
  terminal.press('ctrl+l');
  await terminal.waitFor(/^%>\s*$/);
}

async function withSessions(rig: Rig, ...names: string[]): Promise<void> {
  for (const name of names) await rig.ok(['start', '-d', name]);
}

const INSTALLED = SHELLS.filter(isInstalled);

describe.each(INSTALLED)('%s', (shell: Shell) => {
  test('names with odd characters: what is completed is what is meant', async () => {
    const rig = createRig({ codex: CODEX });
    for (const name of ODD) await rig.ok(['start', '-d', '-C', rig.project(name)]);
    const terminal = await openShell(rig, shell, { cols: 160 });
    for (const name of ODD) {
      const [start] = /^[a-zü]+/.exec(name) ?? [];
      terminal.type(`cxs peek ${start}\t`);
      await terminal.waitFor(new RegExp(`^%> cxs peek ${start}.*main["']? +$`, 'm'));
      await expectPeeked(terminal, name);
    }
  });

  test('names that begin with odd characters', async () => {
    const rig = createRig({ codex: CODEX });
    const terminal = await openShell(rig, shell, { cols: 160 });
    for (const name of ODD_BEGINNINGS) {
      const full = await rig.ok(['start', '-d', '-C', rig.project(name)]);
      terminal.type('cxs peek \t');
      await terminal.waitFor(/^%> cxs peek .*main.* +$/m);
      await expectPeeked(terminal, name);
      await rig.ok(['kill', '-y', full.trim()]);
    }
  });

  test('in quotes', async () => {
    const rig = createRig({ codex: CODEX });
    const project = rig.project(`my "odd" $x`);
    await rig.ok(['start', '-d', '-C', project]);
    const terminal = await openShell(rig, shell);
    for (const quote of ['"', "'"]) {
      terminal.type(`cxs peek ${quote}my \t`);
      await terminal.waitFor(/^%> cxs peek .*:main["']? ?$/m);
      if (!/main["'] ?$/m.test(terminal.text())) terminal.type(quote);
      terminal.type('\r');
      await terminal.waitFor((screen) => screen.includes(`/my "odd" $x\n`));
      await clear(terminal);
    }
  });

  test('runs nothing of the line, and can be installed twice', async () => {
    const rig = createRig({ codex: CODEX });
    await withSessions(rig, 'review');
    const again = shell === 'fish' ? '' : `source <(codex-sessions completion ${shell})`;
    const terminal = await openShell(rig, shell, { before: [again] });
    terminal.type(`cxs kill $(touch ${rig.root}/ran) re\t`);
    await completed(terminal, `cxs kill $(touch ${rig.root}/ran) review`);
    expect(existsSync(`${rig.root}/ran`)).toBe(false);
    expect(terminal.text().trim().split('\n')).toHaveLength(1);
  });

  test('what a session is about is text, whatever is in it', async () => {
    const title = 'a: %F{red} $(touch ran) `touch ran` \\x ; touch ran';
    const rig = createRig({ codex: `printf '\\033]0;%s\\007' '${title}'; exec cat` });
    await withSessions(rig, 'one', 'two');
    const terminal = await openShell(rig, shell, { cols: 140 });
    terminal.type(`cxs kill ${LIST}`);
    await terminal.waitFor(title);
    expect(existsSync(`${rig.projectDir}/ran`)).toBe(false);
  });

  test('starts no supervisor, makes no state directory', async () => {
    const rig = createRig({ codex: CODEX });
    // openShell makes one, as if a session had been left before.
    const env = { CODEX_SESSIONS_DIR: `${rig.root}/none` };
    const terminal = await openShell(rig, shell, { env });
    terminal.type('cxs attach \t');
    terminal.type('x');
    await terminal.waitFor(/^%> cxs attach x$/m);
    expect(existsSync(`${rig.root}/none`)).toBe(false);
    expect(rig.processes().filter(({ command }) => command.includes('supervisor'))).toEqual([]);
  });

  test('says nothing of a state directory that cannot be read', async () => {
    const rig = createRig({ codex: CODEX });
    const env = { CODEX_SESSIONS_DIR: rig.file('no-directory', '') };
    const terminal = await openShell(rig, shell, { env });
    terminal.type('cxs attach x\t');
    terminal.type('y');
    await terminal.waitFor(/^%> cxs attach xy$/m);
    expect(terminal.text().trim()).toBe('%> cxs attach xy');
    await clear(terminal);
    terminal.type('cxs superv\t');
    await completed(terminal, 'cxs supervisor');
  });
});

const OPTIONS = [
  ['bash', 'set -eu -o pipefail; set -f; shopt -s failglob nullglob; IFS=x'],
  ['zsh', 'setopt nounset ksharrays shwordsplit'],
] as const;

test.each(OPTIONS.filter(([shell]) => isInstalled(shell)))(
  '%s with "%s" of the user',
  async (shell, options) => {
    const rig = createRig({ codex: CODEX });
    await withSessions(rig, 'review');
    const terminal = await openShell(rig, shell, { env: { NO_COLOR: '1' }, before: [options] });
    for (const [line, whole] of [
      ['cxs kill re', 'cxs kill review'],
      ['cxs superv', 'cxs supervisor'],
      ['cxs start x -- --profi', 'cxs start x -- --profile'],
    ] as const) {
      terminal.type(`${line}\t`);
      await completed(terminal, whole);
      expect(terminal.text().trim()).toBe(`%> ${whole}`);
      await clear(terminal);
    }
  },
);

test('with NO_COLOR and in a locale without UTF-8', async () => {
  const rig = createRig({ codex: CODEX });
  await withSessions(rig, 'review');
  const env = { NO_COLOR: '1', LANG: 'C', LC_ALL: 'C' };
  for (const shell of INSTALLED) {
    const terminal = await openShell(rig, shell, { env });
    terminal.type('cxs kill re\t');
    await completed(terminal, 'cxs kill review');
  }
});

test('as an unreadable directory, where it can be made so', async () => {
  const rig = createRig({ codex: CODEX });
  await withSessions(rig, 'review');
  chmodSync(rig.stateDir, 0);
  try {
    const terminal = await openShell(rig, 'bash');
    terminal.type('cxs superv\t');
    await completed(terminal, 'cxs supervisor');
    expect(terminal.text().trim()).toBe('%> cxs supervisor');
  } finally {
    chmodSync(rig.stateDir, 0o700);
  }
});
