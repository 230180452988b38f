/** Arguments for Codex, and the tables they are made by against the help of the real one. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { codexArgs, optionsOnly, subcommandOf } from '../../../src/codex/args.ts';
import {
  CODEX_COMMANDS,
  CODEX_FLAGS,
  parseHelpFlags,
  RESUME_FLAGS,
} from '../../../src/codex/flags.ts';
import { TITLE_ARGS } from '../../../src/codex/title.ts';

const ID = '01a2024a-a606-7e72-8925-994304742304';
const probe = { noDaemon: true, version: '0.169.0', flags: undefined };
const start = (userArgs: string[], more: object = {}) =>
  codexArgs({ userArgs, probe, isolate: true, title: true, cwd: '/p', ...more });

describe('the arguments of a start', () => {
  it.each([
    ['none', [], ['--no-daemon', ...TITLE_ARGS]],
    [
      'follow ours unchanged',
      ['-m', 'o3', 'fix it'],
      ['--no-daemon', ...TITLE_ARGS, '-m', 'o3', 'fix it'],
    ],
    ['with a subcommand', ['exec', 'hi'], ['--no-daemon', ...TITLE_ARGS, 'exec', 'hi']],
    ['with the same option', ['--no-daemon'], [...TITLE_ARGS, '--no-daemon']],
    ['with a server elsewhere', ['--remote', 'ws://x'], [...TITLE_ARGS, '--remote', 'ws://x']],
    [
      'with a title of their own',
      ['-c', 'tui.terminal_title=[]'],
      ['--no-daemon', '-c', 'tui.terminal_title=[]'],
    ],
    [
      'with it attached',
      ['--config=tui.terminal_title=[]'],
      ['--no-daemon', '--config=tui.terminal_title=[]'],
    ],
    [
      'with words that only look like options',
      ['--', '--no-daemon'],
      ['--no-daemon', ...TITLE_ARGS, '--', '--no-daemon'],
    ],
  ])('%s', (_why, userArgs, args) => {
    expect(start(userArgs)).toEqual(args);
  });

  it('hold only what this Codex knows and the user wants', () => {
    expect(start(['x'], { probe: { ...probe, noDaemon: false } })).toEqual([...TITLE_ARGS, 'x']);
    expect(start(['x'], { isolate: false, title: false })).toEqual(['x']);
  });

  it('bring a conversation back with the options and without the prompt', () => {
    const userArgs = ['-m', 'o3', '-i', 'a.png', '--search', 'fix it'];
    const options = ['--no-daemon', ...TITLE_ARGS, '-m', 'o3', '--search'];
    expect(start(userArgs, { resume: ID })).toEqual([...options, 'resume', ID, '-C', '/p']);
    expect(start(userArgs, { fork: ID })).toEqual([...options, 'fork', ID, '-C', '/p']);
    const typed = { resume: ID, withPrompt: true };
    expect(start(userArgs, typed)).toEqual([
      ...['--no-daemon', ...TITLE_ARGS, 'resume', ID, '-C', '/p', ...userArgs],
    ]);
    expect(start(['--cd=sub'], { resume: ID, title: false })).toEqual([
      '--no-daemon',
      '--cd=sub',
      'resume',
      ID,
    ]);
  });
});

describe('the options that are repeated', () => {
  it.each([
    ['of nothing', [], []],
    ['without a prompt', ['fix it'], []],
    ['without a prompt after --', ['-s', 'read-only', '--', '-m', 'x'], ['-s', 'read-only']],
    [
      'without images',
      ['-i', 'a.png', 'b.png', '-m', 'x', '--image=c.png', '-ic.png'],
      ['-m', 'x'],
    ],
    [
      'with attached values',
      ['-mo3', '--model=o3', '-c', 'a=b'],
      ['-mo3', '--model=o3', '-c', 'a=b'],
    ],
    ['with a value like an option', ['-c', '--x', '--search'], ['-c', '--x', '--search']],
    ['of resume', ['resume', '-m', 'x', ID, 'go on', '--search'], ['-m', 'x', '--search']],
    ['of resume --last', ['resume', '--last', '--all'], []],
    ['before exec, not after', ['-m', 'x', 'exec', '--json', 'hi'], ['-m', 'x']],
    ['of a prompt like a command', ['please', 'exec', '-m', 'x'], ['-m', 'x']],
    ['without a new worktree', ['--worktree', '--oss'], ['--oss']],
    ['that are not known', ['--future', 'word'], ['--future']],
    ['with a value missing', ['-m'], ['-m']],
  ])('%s', (_why, args, kept) => {
    expect(optionsOnly(args)).toEqual(kept);
  });

  it('are told from values by what the binary says of itself', () => {
    const flags = new Map([['--future', true]]);
    expect(optionsOnly(['--future', 'word', 'prompt'], flags)).toEqual(['--future', 'word']);
  });

  it('a subcommand is the first word only', () => {
    expect(subcommandOf(['-m', 'exec', 'resume', ID])).toBe('resume');
    expect(subcommandOf(['-m', 'exec'])).toBeUndefined();
    expect(subcommandOf(['hello', 'exec'])).toBeUndefined();
  });
});

describe('the real Codex', () => {
  const help = (...args: string[]) =>
    execFileSync('node_modules/.bin/codex', [...args, '--help'], {
      encoding: 'utf8',
      stdio: 'pipe',
    });

  it('has the options of the table and no others', () => {
    expect(new Map(parseHelpFlags(help()))).toEqual(new Map(CODEX_FLAGS));
  });

  it.each(['resume', 'fork'])('has more of them for %s', (command) => {
    for (const [flag, value] of parseHelpFlags(help(command))) {
      expect([flag, CODEX_FLAGS.get(flag) ?? RESUME_FLAGS.get(flag)]).toEqual([flag, value]);
    }
  });

  it('has the commands of the table', () => {
    const section = /\nCommands:\n([\s\S]*?)\n\n/.exec(help())?.[1] ?? '';
    const commands = [...section.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name]) => name ?? '');
    const aliases = [...section.matchAll(/\[aliases: ([a-z]+)\]/g)].map(([, name]) => name ?? '');
    expect(commands).toContain('resume');
    for (const name of [...commands, ...aliases]) expect(CODEX_COMMANDS).toContain(name);
  });
});
