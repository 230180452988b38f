import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../src/cli/command-table.ts';
import { describedLines, insertion, readBashLine } from '../../../src/cli/completion/bash-line.ts';
import { candidatesFor, type Sources } from '../../../src/cli/completion/candidates.ts';

const SOURCES: Sources = {
  sessions: async (kind, cwd, word) => [
    { value: `${kind}-a`, description: `${cwd} ${word}` },
    { value: `${kind}-b`, description: '' },
  ],
  conversations: async () => [{ value: 'id', description: '' }],
  projects: async () => [{ value: 'api', description: '2 sessions' }],
  keys: async () => ['esc', 'enter'],
};

async function at(...typed: string[]) {
  const { offer, values } = await candidatesFor(
    typed.slice(0, -1),
    typed.at(-1) ?? '',
    COMMANDS,
    SOURCES,
  );
  return offer === 'values' ? values.map(({ value }) => value) : offer;
}

test('every command completes', async () => {
  const known = COMMANDS.filter(({ hidden }) => !hidden);
  const names = known.flatMap(({ name, aliases = [] }) => [name, ...aliases]);
  expect(await at('')).not.toContain('dial');
  expect(await at('')).toEqual(expect.arrayContaining([...names, 'help']));
  expect(await at('help', '')).toEqual(expect.arrayContaining([...names, 'names']));
  expect(await at('-')).toEqual(['--help', '--version']);
});

test.each(COMMANDS)(
  'every flag of $name completes, with its help',
  async ({ name, flags = {} }) => {
    const long = Object.keys(flags).map((flag) => `--${flag}`);
    expect(await at(name, '--')).toEqual([...long, '--help']);
    const short = Object.values(flags).flatMap((flag) => flag.short ?? []);
    expect(await at(name, '-')).toEqual([...short.map((one) => `-${one}`), ...long, '--help']);
    const { values } = await candidatesFor([name], '--', COMMANDS, SOURCES);
    for (const { description } of values) expect(description).not.toBe('');
  },
);

/** What a name is for says what to offer; a new name is the user's own. */
test.each(COMMANDS)(
  'every argument of $name that is a session is offered some',
  ({ args = [] }) => {
    for (const { name, completes } of args)
      if (['name', 'old', 'query'].includes(name)) expect(completes).toBeDefined();
  },
);

test.each([
  [
    ['kill', ''],
    ['running-a', 'running-b'],
  ],
  [['kill', 'running-a', '-y', ''], ['running-b']],
  [
    ['forget', ''],
    ['ended-a', 'ended-b'],
  ],
  [
    ['detach', ''],
    ['attached-a', 'attached-b'],
  ],
  [
    ['start', ''],
    ['any-a', 'any-b'],
  ],
  [['start', 'x', ''], []],
  [['rename', 'any-a', ''], []],
  [
    ['switch', ''],
    ['running-a', 'running-b', '-'],
  ],
  [['send', 'x', ''], []],
  [
    ['send', 'x', '--key', ''],
    ['esc', 'enter'],
  ],
  [
    ['send', '-k', ''],
    ['esc', 'enter'],
  ],
  [
    ['send', '--key=e'],
    ['--key=esc', '--key=enter'],
  ],
  [['send', '--key', 'esc', '--k'], expect.arrayContaining(['--key'])],
  [['start', '--new', '--'], expect.not.arrayContaining(['--new'])],
  [['start', '--resume', ''], ['id']],
  [['start', '-C', ''], 'directories'],
  [['start', '-dC', ''], 'directories'],
  [['start', '--cwd='], 'directories'],
  [['start', '--', ''], 'files'],
  [['start', '--', '--mod'], expect.arrayContaining(['--model'])],
  [
    ['kill', '--', ''],
    ['running-a', 'running-b'],
  ],
  [['wait', '--until', 'idle,'], expect.arrayContaining(['idle,done'])],
  [['ls', '--status', 'blocked,'], expect.arrayContaining(['blocked,done'])],
  [['watch', '--project', ''], ['api']],
  [['start', '--open=p'], expect.arrayContaining(['--open=pane'])],
  [
    ['answer', ''],
    ['asking-a', 'asking-b'],
  ],
  [['wait', '--until', 'idle,'], expect.not.arrayContaining(['idle,idle'])],
  [['wait', '--timeout', ''], []],
  [
    ['supervisor', ''],
    ['status', 'upgrade', 'restart'],
  ],
  [
    ['completion', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [['no-such', ''], []],
])('at the end of %j: %j', async (typed, expected) => {
  expect(await at(...typed)).toEqual(expected);
});

test('the project is that of --cwd', async () => {
  for (const cwd of [['-C', '/x'], ['--cwd=/x'], ['--cwd', '/x']]) {
    const { values } = await candidatesFor(['start', ...cwd], 'na', COMMANDS, SOURCES);
    expect(values[0]?.description).toBe('/x na');
  }
});

describe('a line of bash', () => {
  const BREAKS = ' \t\n"\'><=;|&(:';

  test.each([
    ['cxs kill re', { words: ['cxs', 'kill'], current: 're', quote: '', kept: 0 }],
    ['cxs kill ', { words: ['cxs', 'kill'], current: '', quote: '', kept: 0 }],
    ['cxs kill api:re', { words: ['cxs', 'kill'], current: 'api:re', quote: '', kept: 4 }],
    ['cxs kill my\\ a:re', { words: ['cxs', 'kill'], current: 'my a:re', quote: '', kept: 5 }],
    ['cxs kill "my a:re', { words: ['cxs', 'kill'], current: 'my a:re', quote: '"', kept: 0 }],
    ["cxs send 'a b' ", { words: ['cxs', 'send', 'a b'], current: '', quote: '', kept: 0 }],
    ['cxs send "a\\"b" ', { words: ['cxs', 'send', 'a"b'], current: '', quote: '', kept: 0 }],
  ])('%s', (line, expected) => {
    expect(readBashLine(line, BREAKS)).toEqual(expected);
  });

  test.each(['cxs kill "a"', 'cxs kill $HO', 'cxs kill "$x', 'cxs kill `l'])(
    '%s: nothing can be said of it',
    (line) => {
      expect(readBashLine(line, BREAKS)).toBeUndefined();
    },
  );

  test('what is inserted is read as the value again, whatever is in it', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'abé \'"\\$`!:=#~*?[](){};&|<>-'),
      minLength: 1,
    });
    fc.assert(
      fc.property(text, fc.constantFrom('', "'", '"'), fc.nat(5), (value, quote, typed) => {
        const begun = `cxs kill ${quote}`;
        const read = readBashLine(begun, BREAKS);
        const first = read && `${begun}${insertion(value, read)}`;
        const again = first && readBashLine(first + (quote === '' ? ' x' : `${quote} x`), BREAKS);
        expect(again ? again.words[2] : undefined).toBe(value);

        const part = readBashLine(`${begun}${value.slice(0, typed).replace(/\W/g, '')}`, BREAKS);
        expect(part?.quote).toBe(quote);
      }),
    );
  });

  test('a list is in columns, no wider than the terminal', () => {
    const lines = [
      { value: 'a', description: 'x'.repeat(90) },
      { value: 'longer', description: 'short' },
    ];
    expect(describedLines(lines, 40)).toEqual([`a       (${'x'.repeat(28)}…)`, 'longer  (short)']);
    expect(describedLines(lines, 12)).toEqual(['a', 'longer']);
  });
});
