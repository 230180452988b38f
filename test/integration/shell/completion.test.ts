/** TAB in real shells on real terminals: what is typed, and what is then on the screen. */
import { chmodSync, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import { isInstalled, openShell, SHELLS, type Shell } from '../../support/rig/shells.ts';
import type { Terminal } from '../../support/terminal/terminal.ts';

/** Says where it runs, and has a title. */
const CODEX = `printf '\\033]0;Fix the parser: now\\007at %s\\n' "$PWD"; exec cat`;

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

/** Takes back the line that is being typed, and all above. */
async function clear(terminal: Terminal): Promise<void> {
  terminal.press('ctrl+u');
  await terminal.waitFor(/%>\s*$/);
  terminal.press('ctrl+l');
  await terminal.waitFor(/^%>\s*$/);
}

/** The line is that, and a space after it: the word is complete. */
async function completed(terminal: Terminal, line: string): Promise<void> {
  await terminal.waitFor(
    (screen) => screen.split('\n').some((one) => /^%> (.*?) +$/.exec(one)?.[1] === line),
    {
      what: `the line ${line}`,
    },
  );
}

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
  test('commands, flags and values', async () => {
    const rig = createRig({ codex: CODEX });
    const terminal = await openShell(rig, shell);
    terminal.type('cxs superv\t');
    await completed(terminal, 'cxs supervisor');
    terminal.type('up\t');
    await completed(terminal, 'cxs supervisor upgrade');
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
