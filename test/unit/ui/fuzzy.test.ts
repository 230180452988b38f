import { expect, test } from 'vitest';
import { matchOnly, search } from '../../../src/ui/fuzzy.ts';
import { hashOf, sessionInfo } from '../../support/rig/session-info.ts';

const SESSIONS = [
  sessionInfo('ultra:main'),
  sessionInfo('ultra:review', { title: 'Payment flow' }),
  sessionInfo('api:main'),
  sessionInfo('api:review-fix'),
  sessionInfo('web:pay'),
  sessionInfo('日本:修正'),
];

function names(query: string, here = 'ultra', sessions = SESSIONS): string[] {
  return search(query, sessions, hashOf(here)).map(({ name }) => name);
}

test('an empty query leaves all in their order', () => {
  expect(names('')).toEqual(SESSIONS.map((s) => `${s.project}:${s.name}`));
  expect(names('  ')).toHaveLength(SESSIONS.length);
});

test("this project's session wins among equals", () => {
  expect(names('main')).toEqual(['ultra:main', 'api:main']);
  expect(names('main', 'api')).toEqual(['api:main', 'ultra:main']);
});

test('the exact name comes before what begins with it, a name before a title', () => {
  expect(names('review', 'api')[0]).toBe('ultra:review');
  expect(names('pay')).toEqual(['web:pay', 'ultra:review']);
});

test('project and name, initials, words in any order, wide characters', () => {
  expect(names('api:rev')).toEqual(['api:review-fix']);
  expect(names('urev')).toEqual(['ultra:review']);
  expect(names('fix api')).toEqual(['api:review-fix']);
  expect(names('修')).toEqual(['日本:修正']);
  expect(names('zzz')).toEqual([]);
});

test('the letters that matched are known', () => {
  const [first] = search('rev', SESSIONS, hashOf('ultra'));
  expect([...(first?.nameMarks ?? [])]).toEqual([6, 7, 8]);
  const [titled] = search('flow', SESSIONS, hashOf('ultra'));
  expect([...(titled?.titleMarks ?? [])]).toEqual([8, 9, 10, 11]);
  expect(titled?.nameMarks.size).toBe(0);
});

test("Codex's conversation id matches nothing", () => {
  const titled = sessionInfo('p:one', { title: 'Ready | p | 01a201bd-9350-77e3-8bfd-60b31...' });
  expect(search('01a2', [titled], '')).toEqual([]);
});

test('only a query that fits one, and fits it well, is sure', () => {
  expect(matchOnly('urev', SESSIONS)?.name).toBe('review');
  expect(matchOnly('flow', SESSIONS)?.name).toBe('review');
  expect(matchOnly('rev', SESSIONS)).toBeUndefined();
  expect(matchOnly('reviewx', SESSIONS)).toBeUndefined();
  expect(matchOnly('zzz', SESSIONS)).toBeUndefined();
  expect(matchOnly('', SESSIONS)).toBeUndefined();
});
