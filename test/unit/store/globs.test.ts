import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alike, fits, isGlob, matching } from '../../../src/store/globs.ts';
import { hashOf, projectInfo, sessionInfo } from '../../support/rig/session-info.ts';

const HERE = projectInfo('ultra');
const ALL = [
  sessionInfo('ultra:main'),
  sessionInfo('ultra:review'),
  sessionInfo('ultra:re-try'),
  sessionInfo('api:main'),
  sessionInfo('api:review'),
  sessionInfo('api2:review'),
  sessionInfo('x:review', {
    project: 'odd:project',
    fullName: 'codex:odd:project:review:78000000',
  }),
];

function matched(glob: string, sessions = ALL, here: Parameters<typeof matching>[1] = HERE) {
  return matching(glob, here, sessions).map(({ project, name }) => `${project}:${name}`);
}

test.each([
  ['re*', ['ultra:review', 'ultra:re-try']],
  ['*', ['ultra:main', 'ultra:review', 'ultra:re-try']],
  ['re?try', ['ultra:re-try']],
  ['re', []],
  ['api*', []],
  ['api:*', ['api:main', 'api:review']],
  ['api*:', ['api:main']],
  ['api?:*', ['api2:review']],
  ['*:review', ['ultra:review', 'api:review', 'api2:review', 'odd:project:review']],
  ['odd:*:review', ['odd:project:review']],
  ['odd:*', []],
  ['codex:api:*', []],
  [`codex:api:*:${hashOf('api')}`, ['api:main', 'api:review']],
  [`codex:*:review:${hashOf('api')}`, ['api:review']],
  [`codex:api:*:${hashOf('ultra')}`, []],
])('%s stands for %j', (glob, names) => {
  expect(matched(glob)).toEqual(names);
});

test('a full name is one, also between stars', () => {
  expect(isGlob('*codex:api:main:61706900*')).toBe(false);
  expect(isGlob('codex:api:main:61706900')).toBe(false);
  expect(isGlob('review')).toBe(false);
  expect(isGlob('api:*')).toBe(true);
  expect(isGlob('r?')).toBe(true);
});

test('of projects of the same name: that of here, else what a plain name could not tell apart', () => {
  const two = [
    sessionInfo('ultra:main'),
    sessionInfo('ultra:main', { hash: 'aaaaaaaa' }),
    sessionInfo('ultra:fix', { hash: 'aaaaaaaa' }),
    sessionInfo('ultra:fix', { hash: 'bbbbbbbb' }),
  ];
  const hashes = (glob: string) => matching(glob, HERE, two).map(({ name, hash }) => [name, hash]);
  expect(hashes('ultra:m*')).toEqual([['main', HERE.hash]]);
  expect(alike('ultra:m*', matching('ultra:m*', HERE, two))).toEqual([]);
  expect(alike('ultra:*', matching('ultra:*', HERE, two)).map(({ name }) => name)).toEqual([
    'fix',
    'fix',
  ]);
  expect(hashes('*:main')).toHaveLength(2);
  expect(alike('*:*', matching('*:*', HERE, two))).toEqual([]);
  expect(hashes('codex:ultra:*:aaaaaaaa')).toHaveLength(2);
});

test('who reaches all sessions does by a name alone where this project has none', () => {
  const here = { ...projectInfo('home'), reachesAll: true };
  expect(matched('re-*', ALL, here)).toEqual(['ultra:re-try']);
  expect(alike('review*', matching('review*', here, ALL))).toHaveLength(4);
  expect(matched('re-*', [...ALL, sessionInfo('home:re-do')], here)).toEqual(['home:re-do']);
});

test('star and question mark are as in a shell, for any text', () => {
  const part = fc.constantFrom('a', 'b', '-', '日', '👩', '*', '?');
  const text = fc.array(fc.constantFrom('a', 'b', '-', '日', '👩')).map((all) => all.join(''));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), text, (glob, given) => {
      const source = glob.map((one) => (one === '*' ? '.*' : one === '?' ? '.' : one)).join('');
      expect(fits(glob.join(''), given)).toBe(new RegExp(`^${source}$`, 'su').test(given));
    }),
    { numRuns: 5_000 },
  );
});

test('many stars take no time', () => {
  expect(fits(`${'*a'.repeat(60)}b`, 'a'.repeat(250))).toBe(false);
});
