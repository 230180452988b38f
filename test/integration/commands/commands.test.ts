/** What every command says and returns, without the real Codex. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
import { COMMAND } from '../../support/rig/command.ts';
import { createRig } from '../../support/rig/rig.ts';

/** One line of what went wrong, one of what to do. */
const TWO_LINES = /^codex-sessions: .+\n {2}.+\n$/;

const waiting = { codex: 'exec cat' };

describe('exit codes, with a line of what went wrong and one of what to do', () => {
  test('3: a name that no session has, before anything else is looked at', async () => {
    const rig = createRig(waiting);
    await rig.ok(['start', '-d']);
    const runs = [
      ['attach', 'nobody'],
      ['detach', 'nobody'],
      ['kill', 'nobody'],
      ['kill', 'main', 'nobody'],
      ['switch', 'nobody'],
      ['start', 'elsewhere:nobody'],
      ['attach', 'codex:ultra:main:00000000'],
    ];
    for (const args of runs) {
      const { exitCode, stderr, stdout } = await rig.run(args);
      expect({ args, exitCode, stdout }).toEqual({ args, exitCode: 3, stdout: '' });
      expect(stderr).toMatch(TWO_LINES);
    }
    // One name that is wrong, and nothing is killed.
    expect(await rig.list()).toHaveLength(1);
  });

  test('3: the advice names each session once, and nothing that would fail as well', async () => {
    const rig = createRig(waiting);
    for (const name of ['main', 'two', 'three', 'four', 'five', 'six'])
      await rig.ok(['start', '-d', name]);
    await rig.ok(['start', '-d', 'nobody'], { cwd: rig.project('other') });
    const plain = await rig.run(['attach', 'nobody']);
    expect(plain.stderr).toMatch(
      /^codex-sessions: there is no session nobody in ultra\n {2}That of another project: codex-sessions attach other:nobody\. To start one here: codex-sessions start nobody\n$/,
    );
    const more = await rig.run(['attach', 'zebra']);
    expect(more.stderr).toMatch(
      /\n {2}Running: (?:\w+, ){4}\w+, and 2 more\. To start one here: codex-sessions start zebra\n$/,
    );
    const { stderr } = await rig.run(['attach', 'elsewhere:nobody']);
    expect(stderr).toMatch(
      /there is no session elsewhere:nobody\n {2}(?:Running: |Did you mean ).*other:nobody/,
    );
    expect(stderr).not.toContain('ultra:');
    expect(stderr).not.toContain('To start');
  });

  test.each([
    ['log', '--json', '--markdown'],
    ['log', '--follow', '--last'],
    ['log', '--list', '--last'],
    ['log', '--previous', '--seen'],
    ['peek', '--seen', '--no-seen'],
  ])('2: %s %s %s', async (...args) => {
    const { exitCode, stderr } = await createRig(waiting).run(args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(TWO_LINES);
  });

  test('1: a state directory below a file', async () => {
    const rig = createRig(waiting);
    const env = { CODEX_SESSIONS_DIR: join(rig.file('a-file', ''), 'state') };
    for (const args of [['ls'], ['start', '-d'], ['status'], ['kill-all', '-y']]) {
      const { exitCode, stderr } = await rig.run(args, { env });
      expect({ args, exitCode }).toEqual({ args, exitCode: 1 });
      expect(stderr).toMatch(TWO_LINES);
      expect(stderr).toContain('ENOTDIR');
    }
  });

  test('4: a name that several sessions have; the full name tells them apart', async () => {
    const rig = createRig(waiting);
    const full: string[] = [];
    for (const place of ['a', 'b'])
      full.push((await rig.ok(['start', '-d', 'fix'], { cwd: rig.project('twin', place) })).trim());
    for (const args of [
      ['attach', 'twin:fix'],
      ['detach', 'twin:fix'],
      ['kill', 'twin:fix'],
    ]) {
      const { exitCode, stderr } = await rig.run(args);
      expect({ args, exitCode }).toEqual({ args, exitCode: 4 });
      expect(stderr).toMatch(TWO_LINES);
      for (const [index, name] of full.entries())
        expect(stderr).toContain(`${name} in ${rig.project('twin', 'ab'[index])}`);
    }
    const { stderr } = await rig.run(['switch', 'fix']);
    for (const name of full) expect(stderr).toContain(name);
    expect((await rig.run(['kill', `*${full[0]}*`])).exitCode).toBe(0);
    expect((await rig.list()).map(({ fullName }) => fullName)).toEqual([full[1]]);
  });

  test('in a terminal the advice breaks at words, elsewhere it is one line', async () => {
    const rig = createRig(waiting);
    const args = ['attach', 'somewhere-else:not-there'];
    for (const name of ['one', 'two-and-more', 'three-and-more'])
      await rig.ok(['start', '-d', name]);
    const { stderr } = await rig.run(args);
    expect(stderr).toMatch(TWO_LINES);
    const terminal = rig.open(args, { cols: 40 });
    expect(await terminal.waitForExit()).toBe(3);
    const words = (text: string) => text.trim().split(/\s+/);
    expect(words(terminal.text())).toEqual(words(stderr));
    expect(terminal.text()).toMatch(/^codex-sessions: there is no session\n\S+\n( {2}\S.*\n){2,}/);
  });

  test('2: usage', async () => {
    const rig = createRig(waiting);
    await rig.ok(['start', '-d']);
    const runs = [
      ['nonsense'],
      ['ls', '--nonsense'],
      ['ls', 'a', 'b'],
      ['ls', '--status', 'busy'],
      ['ls', '--json', '-q'],
      ['start', 'a', 'b'],
      ['start', '-C'],
      // Without a terminal.
      ['start'],
      ['attach'],
      ['switch'],
      ['start', '-i'],
      ['kill'],
      // Arguments for a session that is there already.
      ['start', '-d', 'main', '--', '-m', 'gpt-5'],
      ...['', ' ', 'a b', '../x', '-x', '.x', 'a/b/c', 'ä', 'a\nb', 'x'.repeat(65)].map((name) => [
        'start',
        '-d',
        ...(name.startsWith('-') ? ['--nest'] : []),
        name,
      ]),
    ];
    for (const args of runs) {
      const { exitCode, stderr, stdout } = await rig.run(args);
      expect({ args, exitCode, stdout }).toEqual({ args, exitCode: 2, stdout: '' });
      expect(stderr, args.join(' ')).toMatch(TWO_LINES);
    }
    expect(await rig.list()).toHaveLength(1);
  });

  test('5: no Codex', async () => {
    const rig = createRig(waiting);
    const onlyNode = join(rig.root, 'only-node');
    mkdirSync(onlyNode);
    symlinkSync(process.execPath, join(onlyNode, 'node'));
    const runs = [
      { CODEX_SESSIONS_CODEX: join(rig.root, 'not-there') },
      { CODEX_SESSIONS_CODEX: 'no-such-program-anywhere' },
      { CODEX_SESSIONS_CODEX: '', PATH: onlyNode },
    ];
    for (const env of runs) {
      const { exitCode, stderr } = await rig.run(['start', '-d'], { env });
      expect({ env, exitCode }).toEqual({ env, exitCode: 5 });
      expect(stderr).toMatch(TWO_LINES);
    }
    expect(rig.processes()).toEqual([]);
  });

  test('5: a Codex that is there and not executable: which one, and what to do', async () => {
    const rig = createRig(waiting);
    const onlyNode = join(rig.root, 'only-node');
    mkdirSync(onlyNode);
    symlinkSync(process.execPath, join(onlyNode, 'node'));
    const file = rig.file('only-node/codex', '#!/bin/sh\nexec cat\n');
    const configured = rig.file(
      'config/codex-sessions/config.toml',
      `[codex]\ncommand = "${file}"`,
    );
    const runs: Record<string, string>[] = [
      { CODEX_SESSIONS_CODEX: file },
      { CODEX_SESSIONS_CODEX: 'codex', PATH: onlyNode },
      { CODEX_SESSIONS_CODEX: '', PATH: onlyNode },
      { CODEX_SESSIONS_CODEX: '', XDG_CONFIG_HOME: join(dirname(configured), '..') },
    ];
    for (const env of runs)
      expect({ env, ...(await rig.run(['start', '-d'], { env })) }).toEqual({
        env,
        exitCode: 5,
        stdout: '',
        stderr: `codex-sessions: ${file} is not executable\n  Make it so: chmod +x '${file}'\n`,
      });
    // A later one on the PATH that can be run is what a shell would take, too.
    const runnable = dirname(rig.program('codex', 'exec cat'));
    const env = { CODEX_SESSIONS_CODEX: '', PATH: `${onlyNode}:${runnable}:${rig.env.PATH}` };
    await rig.ok(['start', '-d'], { env });
  });

  test('1: a directory that is not there', async () => {
    const rig = createRig(waiting);
    const { exitCode, stderr } = await rig.run(['start', '-d', '-C', join(rig.root, 'none')]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(TWO_LINES);
  });
});

test('nothing runs: said on stderr, [] with --json, and fine', async () => {
  const rig = createRig(waiting);
  expect(await rig.run(['ls'])).toEqual({
    stdout: '',
    stderr: expect.stringMatching(/^No sessions.*\n$/),
    exitCode: 0,
  });
  expect(await rig.run(['ls', '--json'])).toMatchObject({ stdout: '[]\n', exitCode: 0 });
  expect(await rig.run([])).toMatchObject({ stdout: '', exitCode: 0 });
  expect(await rig.run(['kill-all', '-y'])).toMatchObject({ stdout: '', exitCode: 0 });
  expect(rig.processes()).toEqual([]);
});

test('start -d prints the full name alone, also of one that is there already', async () => {
  const rig = createRig(waiting);
  const first = await rig.run(['start', '-d', 'fix-1.2_x']);
  expect(first).toEqual({
    stdout: expect.stringMatching(/^codex:ultra:fix-1\.2_x:[0-9a-f]{8}\n$/),
    stderr: '',
    exitCode: 0,
  });
  expect(await rig.run(['start', '-d', 'fix-1.2_x'])).toEqual(first);
});

test('-C: project and directory are of there, through a link too', async () => {
  const rig = createRig({ codex: 'pwd >pwd; exec cat' });
  const there = rig.project('api');
  symlinkSync(there, join(rig.root, 'link'));
  await rig.ok(['start', '-d', '-C', join(rig.root, 'link')]);
  expect(await rig.list()).toMatchObject([{ project: 'api', root: there, cwd: there }]);
});

test('arguments after -- reach the program unchanged', async () => {
  // Ours come before them, and would not fit in one row.
  const codex = `shift $(($# - 7)); for a; do printf '<%s>' "$a"; done; exec cat`;
  const rig = createRig({ codex });
  await rig.ok(['start', '-d', '--', '-m', 'a b', '--help', '', '--', '"$x"', 'é']);
  const terminal = rig.open(['attach'], { cols: 200 });
  await terminal.waitFor('<-m><a b><--help><><--><"$x"><é>');
});

test('-i asks for the name, again when it cannot be one', async () => {
  const rig = createRig({ codex: 'echo here; exec cat' });
  const terminal = rig.open(['start', '-i']);
  await terminal.waitFor('Session name:');
  terminal.type('a b');
  terminal.press('enter');
  await terminal.waitFor('letter or digit first');
  terminal.press('ctrl+u');
  terminal.type('asked');
  terminal.press('enter');
  await terminal.waitFor('here');
  expect(await rig.list()).toMatchObject([{ name: 'asked' }]);
});

test('what is typed before a question or the switcher is there is not lost', async () => {
  const rig = createRig({ codex: 'echo "here $CODEX_SESSIONS_SESSION"; exec cat' });
  const asking = rig.open(['start', '-d', '-i']);
  asking.send('early\r');
  expect(await asking.waitForExit()).toBe(0);
  await rig.ok(['start', '-d', 'other']);
  expect((await rig.list()).map(({ name }) => name).sort()).toEqual(['early', 'other']);
  const killing = rig.open(['kill']);
  killing.send('early\r');
  expect(await killing.waitForExit()).toBe(0);
  expect((await rig.list()).map(({ name }) => name)).toEqual(['other']);
  await rig.ok(['kill', 'other']);
  await rig.ok(['start', '-d', 'early']);
  await rig.ok(['start', '-d', 'earlier']);
  const choosing = rig.open(['switch']);
  choosing.send('early\r');
  await choosing.waitFor(/here codex:ultra:early:/);
});

test('one that is started from the switcher has the screen to itself, and nothing is overwritten', async () => {
  const rig = createRig({ codex: 'echo "here $CODEX_SESSIONS_SESSION"; exec cat' });
  const terminal = rig.open(['start', 'first']);
  await terminal.waitFor('here codex:ultra:first:');
  terminal.press('ctrl+^');
  await terminal.waitFor('enter attach');
  terminal.send('second\r');
  await terminal.waitFor('here codex:ultra:second:');
  expect(terminal.text().trim()).toMatch(/^here codex:ultra:second:\w+$/);
  expect(terminal.history()).toContain('here codex:ultra:first:');
});

test('Enter right after the switch key goes back and forth', async () => {
  const rig = createRig({ codex: 'echo "here $CODEX_SESSIONS_SESSION"; exec cat' });
  for (const name of ['one', 'two', 'three']) await rig.ok(['start', '-d', name]);
  const terminal = rig.open(['attach', 'two']);
  await terminal.waitFor('here codex:ultra:two:');
  const go = async (typed: string, to: string) => {
    terminal.press('ctrl+^');
    await terminal.waitFor('enter attach');
    terminal.send(typed);
    await terminal.waitFor(
      (text) => text.includes(`here codex:ultra:${to}:`) && !text.includes('enter attach'),
      { what: to },
    );
  };
  await go('one\r', 'one');
  for (const to of ['two', 'one', 'two']) await go('\r', to);
  // A look that leads nowhere changes nothing.
  terminal.press('ctrl+^');
  await terminal.waitFor('enter attach');
  terminal.press('esc');
  await terminal.waitFor((text) => !text.includes('enter attach'), { what: 'two again' });
  await go('\r', 'one');
  // One that has ended is not started again.
  await rig.ok(['kill', '-y', 'two']);
  await go('\r', 'three');
});

test('what is started from the switcher belongs to the project of the session that is left', async () => {
  const rig = createRig({ codex: 'echo "here $CODEX_SESSIONS_SESSION in $PWD"; exec cat' });
  const api = rig.project('api');
  await rig.ok(['start', '-d', 'main'], { cwd: api });
  const terminal = rig.open(['attach', 'api:main']);
  await terminal.waitFor('here codex:api:main:');
  terminal.press('ctrl+^');
  await terminal.waitFor('find or start a session in api');
  terminal.send('spike\r');
  await terminal.waitFor(/here codex:api:spike:\w+ in (\S+)/);
  expect((await rig.list()).find(({ name }) => name === 'spike')).toMatchObject({ cwd: api });
});

test('where TERM is "dumb" nothing is drawn: a list, or what to do instead', async () => {
  const rig = createRig({ codex: 'exec cat', env: { TERM: 'dumb' } });
  for (const name of ['one', 'two']) await rig.ok(['start', '-d', name]);
  const cases: [string[], number, RegExp][] = [
    [[], 0, /^NAME .*\nultra:two /],
    [['switch'], 2, /cannot draw .*\n {2}See what there is: codex-sessions ls/],
    [['switch', 'ultra'], 4, /Say which: ultra:/],
    [['watch'], 2, /cannot draw .*\n {2}Use "codex-sessions events"/],
    [['kill'], 2, /kill needs a name here/],
  ];
  for (const [args, code, expected] of cases) {
    const terminal = rig.open(args);
    expect(await terminal.waitForExit(), args.join(' ')).toBe(code);
    expect(terminal.text()).toMatch(expected);
    expect(terminal.raw().includes(0x1b)).toBe(false);
  }
});

describe('inside a session', () => {
  test('start, attach and switch refuse to nest, start -d works, --nest insists', async () => {
    const rig = createRig();
    const terminal = rig.open(['start']);
    await terminal.waitFor('$ ');
    const run = `'${COMMAND}'`;
    for (const [index, command] of ['start other', 'attach main', 'switch main'].entries()) {
      terminal.send(`clear; ${run} ${command}; echo "code ${index}: $?"\r`);
      await terminal.waitFor(new RegExp(`^code ${index}: 2$`, 'm'));
      expect(terminal.text()).toMatch(
        /inside the session ultra:main\s+Ctrl-\^ \(Ctrl-6\) switches/,
      );
    }
    terminal.send(`clear; ${run} attach --nest main; echo "code 3: $?"\r`);
    await terminal.waitFor(/^code 3: 2$/m);
    expect(terminal.text()).toContain('inside that very session');
    terminal.send(`clear; ${run} start -d below; echo "code $?"\r`);
    await terminal.waitFor(/^codex:ultra:below:[0-9a-f]{8}\s+code 0$/m);
    terminal.send(`clear; ${run} attach --nest below\r`);
    await terminal.waitFor('stand-in ready');
    terminal.send('echo "I am $CODEX_SESSIONS_SESSION"\r');
    await terminal.waitFor(/^I am codex:ultra:below:/m);
  });
});

describe('a session that has failed by itself', () => {
  test('stays listed with its code and last lines, until it is killed', async () => {
    const rig = createRig({ codex: 'echo one; echo "it failed because of this"; exit 9' });
    await rig.ok(['start', '-d', 'bad']);
    await rig.waitUntilEmpty();
    expect(await rig.list()).toMatchObject([
      { name: 'bad', state: 'exited', pid: null, clients: 0, exit: { code: 9, signal: null } },
    ]);
    const shown = await rig.ok(['ls']);
    expect(shown).toMatch(/ultra:bad +exited 9/);
    expect(shown).toContain('it failed because of this');
    const attached = await rig.run(['attach', 'bad']);
    expect(attached).toMatchObject({ exitCode: 3, stderr: expect.stringMatching(TWO_LINES) });
    expect(await rig.run(['kill', 'bad'])).toMatchObject({ exitCode: 0 });
    expect(await rig.list()).toEqual([]);
  });

  test('or started again; one that ended well is not listed', async () => {
    const rig = createRig({
      codex: 'case $1 in --*) exit;; esac; [ -e fine ] || exit 9; exec head -n 1',
    });
    await rig.ok(['start', '-d', 'bad']);
    await rig.waitUntilEmpty();
    rig.file('p/ultra/fine', '');
    await rig.ok(['start', '-d', 'bad']);
    expect(await rig.list()).toMatchObject([{ name: 'bad', state: 'running', exit: null }]);
    const terminal = rig.open(['attach', 'bad']);
    await rig.waitUntil(async () => (await rig.list())[0]?.clients === 1, 'it to be attached');
    terminal.send('\r');
    expect(await terminal.waitForExit()).toBe(0);
    expect(await rig.list()).toEqual([]);
  });
});

test('ls puts this project first, then the others; --here leaves them out; --full says all', async () => {
  const rig = createRig(waiting);
  const other = rig.project('another');
  const names = [
    await rig.ok(['start', '-d', 'mine']),
    await rig.ok(['start', '-d', 'theirs'], { cwd: other }),
  ].map((name) => name.trim());
  expect((await rig.list()).map(({ name }) => name)).toEqual(['mine', 'theirs']);
  expect((await rig.list('--here')).map(({ name }) => name)).toEqual(['mine']);
  const there = await rig.run(['ls', '--json'], { cwd: other });
  expect(JSON.parse(there.stdout)).toMatchObject([{ name: 'theirs' }, { name: 'mine' }]);
  const full = await rig.ok(['ls', '--full']);
  for (const name of names) expect(full).toContain(name);
});

test('a reader of ls that goes away is no failure', async () => {
  const rig = createRig(waiting);
  await rig.ok(['start', '-d']);
  const script = `'${COMMAND}' ls --json; echo "$?" >code`;
  const { stdout, stderr } = await execa('sh', ['-c', `{ ${script}; } | head -c 1`], {
    cwd: rig.projectDir,
    env: rig.env,
    extendEnv: false,
  });
  expect({ stdout, stderr }).toEqual({ stdout: '[', stderr: '' });
  const code = await execa('cat', ['code'], { cwd: rig.projectDir });
  expect(code.stdout).toBe('0');
});

test('a project whose name is hostile can be started, listed and killed', async () => {
  const rig = createRig(waiting);
  const cwd = rig.project("a:b '\u001b[31m\n$(x) é*");
  const fullName = (await rig.ok(['start', '-d'], { cwd })).replace(/\n$/, '');
  expect(await rig.list()).toMatchObject([{ fullName, root: cwd }]);
  expect(await rig.ok(['ls'])).not.toContain('\u001b');
  expect(await rig.run(['kill', fullName])).toMatchObject({ exitCode: 0 });
  expect(await rig.list()).toEqual([]);
});
