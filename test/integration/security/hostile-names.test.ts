/**
 * Names, paths and titles that somebody else has chosen: nothing of them reaches a shell, a file
 * outside of the state directory, or a terminal unescaped.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RawControl } from '../../support/process/raw-client.ts';
import { createRig, type Rig, recordFiles } from '../../support/rig/rig.ts';
import { guarded } from '../../support/rig/successor.ts';

/** Control characters other than line ends, and what reorders text. */
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const NAMES = [
  '../../escape',
  '..',
  '.hidden',
  '/etc/passwd',
  'a/b/c',
  '-rf',
  'new\nline',
  'esc\x1b[2Jape',
  'bell\x07',
  '\u009b31mcsi',
  'a'.repeat(10_000),
  '\u202egnp.exe',
  'a\u0301'.repeat(40),
  '$(touch pwned)',
  '`touch pwned`',
  'x; touch pwned',
  'emoji🚀',
  '',
  ' ',
];

function filesOf(rig: Rig): string[] {
  const names = readdirSync(rig.stateDir, { recursive: true, encoding: 'utf8' });
  // What is being written is there for a moment only.
  return names.filter((name) => !name.endsWith('.tmp')).sort();
}

describe('a name that no session can have', () => {
  test('is refused in a sentence that a terminal can show, by every command', async () => {
    const rig = createRig({ codex: 'exec cat' });
    await rig.ok(['start', '-d', 'good']);
    await guarded(rig);
    const before = filesOf(rig);
    const commands = [['start', '-d'], ['kill'], ['detach'], ['peek'], ['explain'], ['status']];
    for (const [index, name] of NAMES.entries()) {
      const command = commands[index % commands.length] ?? [];
      for (const line of [command, ['start', '-d']]) {
        const { stdout, stderr, exitCode } = await rig.run(
          [...line, '--', name].filter((part) => line[0] !== 'start' || part !== '--'),
        );
        expect({ line, name, exitCode, said: stderr.length > 0 }).toEqual({
          line,
          name,
          exitCode: expect.toSatisfy((code) => code === 2 || code === 3),
          said: true,
        });
        expect(stdout + stderr).not.toMatch(UNSAFE);
        expect(stderr.length).toBeLessThan(30_000);
        // What is wrong, and what to do.
        expect(stderr.trimEnd().split('\n').length, line.join(' ')).toBeLessThanOrEqual(2);
      }
    }
    expect(filesOf(rig)).toEqual(before);
    expect(readdirSync(rig.projectDir)).toEqual(['.git']);
  });

  test('is refused by the supervisor as well', async () => {
    const rig = createRig({ codex: 'exec cat' });
    const fullName = (await rig.ok(['start', '-d', 'good'])).trim();
    await guarded(rig);
    const before = filesOf(rig);
    const control = await RawControl.open(rig.socket);
    const spec = {
      project: 'ultra',
      name: 'x',
      hash: '00000000',
      fullName: 'codex:ultra:x:00000000',
      root: '/',
      cwd: '/',
      file: '/bin/cat',
      args: [],
      userArgs: [],
      env: {},
      umask: 0,
      scrollback: 0,
    };
    for (const name of NAMES) {
      await control.ask({ type: 'start', spec: { ...spec, name } }, 'refused');
      await control.ask({ type: 'rename', fullName, name }, 'refused');
    }
    await control.ask({ type: 'start', spec: { ...spec, hash: '../../..' } }, 'refused');
    control.close();
    expect(filesOf(rig)).toEqual(before);
  });
});

const DIRECTORIES = [
  'new\nline',
  'co:lon',
  'emoji🚀 and space',
  '-rf',
  'esc\x1b]0;title\x07\x1b[31m',
  '\u009b31m',
  'quo\'te"s$(touch pwned)`touch pwned`',
  '\u202eright to left',
  '%41%2f..%2f',
  'x'.repeat(250),
  'é'.repeat(120),
];

describe('a project directory of any name', () => {
  test.each(DIRECTORIES)('%j: sessions start, are listed, found and ended', async (directory) => {
    const rig = createRig({
      codex: 'printf "\\033]0;\\033]0;evil\\007 \\302\\2331m title\\007"; pwd; exec cat',
    });
    const cwd = rig.project(directory);
    const fullName = (await rig.ok(['start', '-d'], { cwd })).replace(/\n$/, '');
    expect(fullName).toMatch(/^codex:[\s\S]*:main:[0-9a-f]{8}$/);
    const [session] = JSON.parse(await rig.ok(['ls', '--json'], { cwd }));
    expect(session).toMatchObject({ fullName, project: basename(cwd), root: cwd, cwd });
    for (const line of [['ls'], ['ls', '--full'], ['status'], ['explain'], ['peek'], ['nothing']]) {
      const { stdout, stderr } = await rig.run(line, { cwd });
      expect(stdout + stderr, line.join(' ')).not.toMatch(UNSAFE);
    }
    // Wrong names are answered with the right ones.
    for (const line of [
      ['peek', 'wrong'],
      ['kill', 'wrong'],
      ['attach', 'wrong'],
    ]) {
      const { stdout, stderr, exitCode } = await rig.run(line, { cwd });
      expect(exitCode).not.toBe(0);
      expect(stdout + stderr, line.join(' ')).not.toMatch(UNSAFE);
      expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
    }
    expect(recordFiles(rig)).toHaveLength(1);
    const ended = await rig.run(['kill', fullName], { cwd: rig.root });
    expect(ended.exitCode).toBe(0);
    expect(ended.stderr).not.toMatch(UNSAFE);
    await rig.waitUntilEmpty();
    expect(readdirSync(cwd)).toEqual(['.git']);
  });

  test('one that is removed meanwhile still has its session', async () => {
    const rig = createRig({ codex: 'exec cat' });
    const cwd = rig.project('gone');
    await rig.ok(['start', '-d'], { cwd });
    rmSync(cwd, { recursive: true });
    expect(await rig.ok(['ls'])).toContain('gone:main');
    expect((await rig.run(['kill', 'gone:main'])).exitCode).toBe(0);
    const refused = await rig.run(['start', '-d', '-C', cwd]);
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toContain('there is no directory');
  });
});

test('any text at all as a name never names a file outside, nor breaks the terminal', async () => {
  const { recordFileName } = await import('../../../src/store/record.ts');
  const { safeLines, safeText } = await import('../../../src/terminal/safe-text.ts');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (project) => {
      const file = recordFileName({ project, name: 'main', hash: '00000000' });
      expect(join('/dir', file).startsWith('/dir/codex:')).toBe(true);
      expect(file).not.toMatch(/[/\0]/);
      expect(Buffer.byteLength(file)).toBeLessThan(255);
      expect(safeText(project)).not.toMatch(/[\n\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
      expect(safeLines(project)).not.toMatch(UNSAFE);
      expect(safeLines(project).split('\n').length).toBe(
        project.slice(0, 16_384).split('\n').length,
      );
    }),
    { numRuns: 1_000 },
  );
});

describe('what is written to a terminal', () => {
  test('names with sequences are shown harmlessly where one chooses', async () => {
    const rig = createRig({ codex: 'printf "\\033]0;ti\\033[31mtle\\007"; exec cat' });
    const cwd = rig.project('evil\x1b]52;c;cHduZWQ=\x07\x1b[?1049h');
    await rig.ok(['start', '-d', 'one'], { cwd });
    await rig.ok(['start', '-d', 'two'], { cwd });
    const starting = rig.open(['start', '-d', 'three'], { cwd });
    expect((await starting.exit).code).toBe(0);
    expect(starting.text()).toContain(':three:');
    expect(starting.raw().toString('latin1')).not.toContain('\x1b]52');
    const terminal = rig.open(['switch'], { cwd });
    await terminal.waitFor('one');
    terminal.press('escape');
    await terminal.exit;
    expect(terminal.raw().toString('latin1')).not.toContain('\x1b]52');
    const killing = rig.open(['kill'], { cwd });
    await killing.waitFor('one');
    killing.press('escape');
    await killing.exit;
    expect(killing.raw().toString('latin1')).not.toContain('\x1b]52');
    mkdirSync(join(rig.root, 'plain'));
    await rig.ok(['kill-all', '-y'], { cwd: join(rig.root, 'plain') });
  });
});
