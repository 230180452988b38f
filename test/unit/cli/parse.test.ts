import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Command, command, findCommand, type Parsed } from '../../../src/cli/command-spec.ts';
import { COMMANDS } from '../../../src/cli/command-table.ts';
import { sectionOf } from '../../../src/cli/markdown.ts';
import { meaningOf } from '../../../src/cli/other-words.ts';
import { parsePlain } from '../../../src/cli/parse.ts';
import { parseFully } from '../../../src/cli/parse-fully.ts';
import { README } from '../../../src/cli/readme.ts';
import { TOPICS } from '../../../src/cli/topics.ts';
import { EXIT, UserError } from '../../../src/platform/errors.ts';

/** The real table has few kinds of flags yet; the parsers must agree on all kinds. */
const EVERY_KIND = command({
  name: 'every',
  aliases: ['e'],
  summary: 'has every kind of flag',
  args: [
    { name: 'one', help: 'the first', required: true },
    { name: 'rest', help: 'the others', variadic: true },
  ],
  flags: {
    bool: { type: 'boolean', short: 'b', help: 'a switch' },
    'two-words': { type: 'string', short: 't', value: 'text', help: 'a text' },
    list: { type: 'strings', short: 'l', value: 'text', help: 'texts' },
    count: { type: 'integer', short: 'n', value: 'n', help: 'a number' },
    timeout: { type: 'duration', value: 'time', help: 'a time' },
    place: { type: 'optional', value: 'where', choices: ['a', 'x'], help: 'one of two, or none' },
  },
  load: async () => ({ run: async (options) => options.count ?? options.list.length }),
});
const TABLE: readonly Command[] = [...COMMANDS, EVERY_KIND];

function parsedFully(argv: readonly string[]): Parsed {
  const result = parseFully(argv, TABLE, '1.2.3');
  if (!('command' in result)) throw new Error(`printed ${result.print}`);
  return result;
}

function refusalOf(...argv: string[]): UserError {
  try {
    parseFully(argv, TABLE, '1.2.3');
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error(`accepted ${argv.join(' ')}`);
}

function helpOf(...argv: string[]): string {
  const result = parseFully(argv, TABLE, '1.2.3');
  if (!('print' in result)) throw new Error('no help');
  return result.print;
}

const words = TABLE.flatMap((c) => [
  c.name,
  ...(c.aliases ?? []),
  ...Object.entries(c.flags ?? {}).flatMap(([name, { short }]) => [
    `--${name}`,
    `--${name}=x`,
    `--${name}=5m`,
    ...(short ? [`-${short}`, `-${short}x`] : []),
  ]),
]);
const token = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...words) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('main', 'a:b', '7', '10m', '1.5h', '', '-', '--', '-1', '='),
  },
  { weight: 1, arbitrary: fc.string() },
);
const argv = fc
  .tuple(fc.constantFrom(...TABLE.map((c) => c.name), 'ls', 'e'), fc.array(token, { maxLength: 6 }))
  .map(([name, rest]) => [name, ...rest]);

test('what the small parser accepts, the full parser understands alike', () => {
  let accepted = 0;
  fc.assert(
    fc.property(argv, (line) => {
      const plain = parsePlain(line, TABLE);
      if (!plain) return;
      accepted++;
      expect(parsedFully(line)).toEqual(plain);
    }),
    { numRuns: 3_000 },
  );
  expect(accepted).toBeGreaterThan(200);
});

test.each<[string, Partial<Parsed>]>([
  ['start', { positionals: [], passthrough: [] }],
  ['start review -d', { positionals: ['review'] }],
  [
    'start -C /tmp --ask x -- -m gpt --help',
    { positionals: ['x'], passthrough: ['-m', 'gpt', '--help'] },
  ],
  ['start -- a -- b', { passthrough: ['a', '--', 'b'] }],
  ['kill a b -y', { positionals: ['a', 'b'] }],
  ['kill -- -a', { positionals: ['-a'], passthrough: [] }],
  ['ls --json --here', { positionals: [] }],
])('the small parser alone takes: %s', (line, expected) => {
  expect(parsePlain(line.split(' '), TABLE)).toMatchObject(expected);
});

test('options have their names in camel case, their types, and a value when not given', () => {
  const line = 'every a --two-words=x=y -l p --list q -n 12 --timeout 1.5m'.split(' ');
  expect(parsePlain(line, TABLE)?.options).toEqual({
    bool: false,
    twoWords: 'x=y',
    list: ['p', 'q'],
    count: 12,
    timeout: 90_000,
  });
  expect(parsePlain(['every', 'a'], TABLE)?.options).toEqual({
    bool: false,
    twoWords: undefined,
    list: [],
    count: undefined,
    timeout: undefined,
  });
});

test.each([
  'start --help',
  'start -di x',
  'start --detac',
  'start a b',
  'start -C',
  'start -C -d',
  'start --detach=yes',
  'every',
  'every a -n x',
  'every a --timeout 5y',
  'stat',
  '--version',
  '',
])('the small parser leaves to the full one: %s', (line) => {
  expect(parsePlain(line.split(' '), TABLE)).toBeUndefined();
});

test('bundled letters and a value that looks like a flag are understood', () => {
  expect(parsedFully(['start', '-di', 'x']).options).toMatchObject({ detach: true, ask: true });
  expect(parsedFully(['ls', '-a']).options).toMatchObject({ all: true });
  expect(parsedFully(['start', '-C', '-odd']).options).toMatchObject({ cwd: '-odd' });
});

test.each<[string, RegExp, RegExp]>([
  ['stat', /^unknown command "stat"$/, /^Did you mean start\? "codex-sessions --help"/],
  [
    'start --detac',
    /^unknown option "--detac"$/,
    /^Did you mean --detach\? "codex-sessions start --help"/,
  ],
  ['kill-all a b', /too many arguments/, /^"codex-sessions kill-all --help" shows/],
  ['start -C', /argument missing/, /start --help/],
  ['every', /missing required argument "one"/, /every --help/],
  ['every a -n x', /"x" is invalid. Not a whole number$/, /every --help/],
  ['every a --timeout 5y', /"5y" is invalid. A duration is/, /every --help/],
  ["start --it's", /^unknown option "--it's"$/, /--help/],
  ['attach -t a', /^unknown option "-t"$/, /^The name stands alone: codex-sessions attach a$/],
  ['attach --name=a', /^unknown option/, /^The name stands alone: codex-sessions attach a$/],
  ['switch -t a', /^unknown option "-t"$/, /^The name stands alone: codex-sessions switch a$/],
  ['rename -t a b', /^unknown option/, /^The name stands alone: codex-sessions rename a b$/],
  ['kill -t a -t b -y', /^unknown option/, /^The name stands alone: codex-sessions kill a b -y$/],
  [
    'start -n a -- -m x',
    /^unknown option/,
    /^The name stands alone: codex-sessions start a -- -m x$/,
  ],
  ['start --name a fix it', /^unknown option/, /alone: codex-sessions start a -- fix it$/],
  ['attach -t', /^unknown option "-t"$/, /^"codex-sessions attach --help" shows/],
  ['kill --name a', /^unknown option "--name"$/, /alone: codex-sessions kill a$/],
  ['start -s a', /^unknown option "-s"$/, /^What is for Codex comes after --/],
  ['login', /^unknown command "login"$/, /^That is Codex's: codex login\./],
  ['version', /^unknown command "version"$/, /^Did you mean --version\?/],
  ['-v', /^unknown option "-v"$/, /^Did you mean --version\?/],
  ['help nosuch', /^unknown command "nosuch"$/, /^"codex-sessions --help"/],
  [
    'nosuch',
    /^unknown command "nosuch"$/,
    /^For a session of that name: codex-sessions start nosuch\. "codex-sessions --help"/,
  ],
])('%s is a usage error with two lines', (line, message, hint) => {
  const error = refusalOf(...line.split(' '));
  expect(error.exitCode).toBe(EXIT.usage);
  expect(error.message).toMatch(message);
  expect(error.message).not.toContain('\n');
  expect(error.hint).toMatch(hint);
});

test.each([
  ['new', ['start']],
  ['new-session', ['start']],
  ['resume', ['start', 'attach']],
  ['-r', ['attach']],
  ['-ls', ['list']],
  ['ps', ['list']],
  ['rm', ['kill', 'forget']],
  ['delete', ['kill', 'forget']],
  ['stop', ['kill']],
  ['exit', ['detach', 'kill']],
  ['logs', ['log']],
  ['exec', ['attach', 'run']],
  ['kill-server', ['kill-all']],
])('another word, %s, is answered with the command for it: %s', (word, names) => {
  for (const line of [[word, 'review'], [word]]) {
    const said = names.map((name) => {
      const { summary } = findCommand(COMMANDS, name) ?? {};
      return `${name} (${summary})`;
    });
    expect(refusalOf(...line).hint).toBe(
      `Did you mean ${said.join(' or ')}? "codex-sessions --help" shows what there is.`,
    );
  }
});

test('no other word is the name of a command', () => {
  for (const { name, aliases = [] } of COMMANDS)
    for (const own of [name, ...aliases]) expect(meaningOf(own, COMMANDS)).toBeUndefined();
});

const forCodex = 'What is for Codex comes after --: codex-sessions';
test.each<[string[], string]>([
  [['start', 'review', 'a prompt'], `${forCodex} start review -- "a prompt"`],
  [['start', 'a', 'cost: $5', '-d'], `${forCodex} start a -d -- 'cost: $5'`],
  [['start', '-dC', '/tmp', 'a', 'b', '--', '-m', 'x'], `${forCodex} start -dC /tmp a -- b -m x`],
  [['start', '-m', 'gpt-5', 'review'], `${forCodex} start review -- -m gpt-5`],
  [['start', '--yolo', 'review'], `${forCodex} start review -- --yolo`],
  [['start', '--cd', '/tmp'], `${forCodex} start -- --cd /tmp`],
  [['start', '--model=o3', 'a', "it's"], `${forCodex} start a -- --model=o3 "it's"`],
  [['run', 'tests', 'go on', '-m', 'gpt-5'], `${forCodex} run tests "go on" -- -m gpt-5`],
  [['fork', 'a', 'b', 'a prompt'], `${forCodex} fork a b -- "a prompt"`],
  [
    ['send', 'a', '--wait', '--hm', 'is wrong'],
    'Text that begins with a dash comes after --: codex-sessions send a --wait -- --hm "is wrong"',
  ],
  [['attach', 'a', 'b'], 'To give a session a prompt: codex-sessions send NAME "a prompt"'],
  [
    ['restart', 'a', '-m', 'x'],
    'It keeps its options. For others: kill it, then codex-sessions start NAME -- OPTIONS',
  ],
])('%j: what to type instead, which the parsers take', (line, hint) => {
  expect(refusalOf(...line).hint).toBe(hint);
  const [, typed] = /: codex-sessions (.*)$/.exec(hint) ?? [];
  const typable = /NAME|OPTIONS/.test(hint) ? [] : (typed ?? '').match(/"[^"]*"|'[^']*'|\S+/g);
  const words = (typable ?? []).map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
  if (words.length > 0) expect(parsedFully(words).command.name).toBe(line[0]);
});

test('help lists every command; help for a command shows its flags and examples', () => {
  const main = helpOf('--help');
  const list = helpOf('help', 'commands');
  for (const { name, summary, hidden } of COMMANDS) {
    if (hidden) expect(list).not.toContain(summary);
    if (hidden) continue;
    expect(main).toContain(name);
    expect(list).toContain(name);
    expect(list).toContain(summary);
  }
  for (const topic of Object.keys(TOPICS)) expect(main).toContain(topic);
  for (const { name, flags, examples } of COMMANDS) {
    const help = helpOf('help', name);
    expect(help).toBe(helpOf(name, '--help'));
    for (const flag of Object.keys(flags ?? {})) expect(help).toContain(`--${flag}`);
    for (const [line] of examples ?? []) expect(help).toContain(`codex-sessions ${line}`);
  }
  expect(helpOf('help')).toBe(main);
});

test('a line of help ends where the next word has no room', () => {
  const COLUMNS = 80;
  for (const { name } of COMMANDS) {
    const [, text = ''] =
      /\n\n([\s\S]*?)\n\n(?:Arguments|Options):/.exec(helpOf('help', name)) ?? [];
    expect(text, name).not.toBe('');
    for (const paragraph of text.split('\n\n')) {
      const lines = paragraph.split('\n');
      lines.slice(1).forEach((line, at) => {
        const longer = `${lines[at]} ${line.split(' ')[0]}`;
        expect(longer.length, `${name}: ${longer}`).toBeGreaterThan(COLUMNS);
      });
    }
  }
});

test('the first help is a screen of 24 lines, with the prompt below it', () => {
  expect(helpOf('--help').trimEnd().split('\n').length).toBeLessThan(24);
});

test('topics are sections of the README, whole', () => {
  const words = (text: string) =>
    text.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/[`|\s]+/g, ' ');
  for (const [name, { heading }] of Object.entries(TOPICS)) {
    if (heading === undefined) continue;
    const help = helpOf('help', name);
    const last = sectionOf(README, heading)
      .trim()
      .split(/[|\n]/)
      .filter((part) => /\w/.test(part));
    expect(words(help), name).toContain(words(last.at(-1) ?? '').trim());
    expect(help).not.toContain('](');
  }
  expect(helpOf('help', 'exit', 'codes')).toBe(helpOf('help', 'exit-codes'));
});

test('no line of help is wider than 80 columns', () => {
  const names = [...COMMANDS.map(({ name }) => name), ...Object.keys(TOPICS)];
  const helps = [helpOf('--help'), ...names.map((name) => helpOf('help', name))];
  const wide = helps.flatMap((help) => help.split('\n').filter((line) => line.length > 80));
  expect(wide).toEqual([]);
});

test('every example in the help is plainly right', () => {
  for (const { name, examples } of COMMANDS)
    for (const [line] of examples ?? []) {
      const argv = line.split(' | ')[0]?.split(' ') ?? [];
      const { command } = parsePlain(argv, COMMANDS) ?? {};
      expect(command?.name, line).toBe(name);
    }
});

test('--version anywhere the full parser sees it', () => {
  expect(helpOf('--version')).toBe('1.2.3\n');
});

test.each([
  [['e', '--place', 'main'], 'a', ['main']],
  [['e', '--place=x', 'main', '--bool'], 'x', ['main']],
  [['e', '-b', 'main', '--place'], 'a', ['main']],
  [['e', 'main'], undefined, ['main']],
])('%j: an option that may stand alone takes no word that follows', (line, place, positionals) => {
  expect(parsePlain(line, TABLE)).toMatchObject({ options: { place }, positionals });
  expect(parsedFully(line)).toMatchObject({ options: { place }, positionals });
});

test('an option that may stand alone says what it takes', () => {
  expect(refusalOf('e', '--place=y', 'main').message).toContain('It is one of a, x');
  expect(helpOf('e', '--help')).toContain('--place [where]');
});
