import { expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/command-table.ts';
import { farOf } from '../../../src/cli/far-words.ts';
import { parsePlain } from '../../../src/cli/parse.ts';
import { parseFully } from '../../../src/cli/parse-fully.ts';

function parsed(words: readonly string[]) {
  const found = parsePlain(words, COMMANDS) ?? parseFully(words, COMMANDS, '1');
  if (!('command' in found)) throw new Error('help');
  return found;
}

/** What runs on box. */
const there = (...words: string[]) => farOf(parsed(words))?.words;

test('the words for there mean there what they mean here, without the host', () => {
  const lines = [
    ['start', '-d', '-C', 'src/api', 'box/review', '--', '-m', 'gpt-5', 'a prompt; $(rm)'],
    ['send', 'box/api:review', '--timeout', '90m', '-k', 'up', '-k', 'enter'],
    ['send', 'box/review', '--', '-dashes', 'a/b', "it's"],
    ['run', 'box/tests', 'explain src/x/y', '--json'],
    ['wait', '--any', '--until', 'blocked', 'box/a', 'box/b', '--timeout', '20d'],
    ['kill', '-y', 'box/api:*'],
    ['rename', 'box/a', 'box/b'],
    ['fork', '-d', 'box/a', 'b', '--', '-m', 'x'],
    ['peek', '-n', '200', 'box/a'],
    ['log', '-f', 'box/a'],
  ];
  for (const line of lines) {
    const words = there(...line) ?? [];
    const strip = (word: string) => word.replace(/^box\//, '');
    const [far, here] = [parsed(words), parsed(line)];
    expect(far.command.name).toBe(here.command.name);
    expect(far.options).toEqual(here.options);
    expect(far.positionals).toEqual(here.positionals.map(strip));
    expect(far.passthrough).toEqual(here.passthrough);
  }
});

test('a host alone', () => {
  expect(there('ls', 'box/', '--all')).toEqual(['list', '--all']);
  expect(there('ls', '--host', 'box')).toEqual(['list']);
  expect(there('ls', '--host', 'box', 'rev')).toEqual(['list', 'rev']);
  expect(there('ls', 'box/rev')).toEqual(['list', 'rev']);
  expect(there('kill-all', 'box/', '-y')).toEqual(['kill-all', '--yes']);
  expect(there('restore', 'box/', '-j', '2')).toEqual(['restore', '--jobs=2']);
  expect(there('status', 'box/')).toEqual(['status']);
  expect(there('peek', 'box/')).toEqual(['peek']);
});

test('what is for this machine stays here', () => {
  for (const line of [
    ['ls'],
    ['ls', 'rev'],
    ['start', 'review'],
    ['send', 'a', 'see src/x'],
    ['switch', 'a/b'],
    ['watch', 'box/'],
    ['watch', '--host', 'box'],
  ])
    expect(there(...line), line.join(' ')).toBeUndefined();
});

test('what names several machines, or none where one is needed, is refused', () => {
  expect(() => there('kill', 'box/a', 'b')).toThrow('one machine at a time');
  expect(() => there('rename', 'box/a', 'rack/b')).toThrow('one machine at a time');
  expect(() => there('rename', 'box/a', 'box/')).toThrow('needs the name');
  expect(() => there('kill-all', 'box')).toThrow('takes no name');
  expect(() => there('kill-all', 'box/a')).toThrow('takes no name');
  expect(() => there('send', 'box/', 'text')).toThrow('needs the name');
});
