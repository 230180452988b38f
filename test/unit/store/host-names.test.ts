import { expect, test } from 'vitest';
import { hostProblem, parseHostName } from '../../../src/store/host-names.ts';

test('a host before a slash, and what names a session there', () => {
  const named = (typed: string) => parseHostName(typed);
  expect(named('box/review')).toEqual({ host: 'box', rest: 'review' });
  expect(named('me@box.example.org/api:review')).toEqual({
    host: 'me@box.example.org',
    rest: 'api:review',
  });
  expect(named('fe80::1%eth0/main')).toEqual({ host: 'fe80::1%eth0', rest: 'main' });
  expect(named('box/codex:my project:review:1a2b3c4d')?.rest).toBe(
    'codex:my project:review:1a2b3c4d',
  );
  expect(named('box/my project:review')?.rest).toBe('my project:review');
  expect(named("box/'api:*'".replaceAll("'", ''))?.rest).toBe('api:*');
  expect(named('box/')).toEqual({ host: 'box', rest: '' });
});

test('names of this machine, and what is no name, stay what they are', () => {
  for (const typed of [
    'review',
    'api:review',
    'codex:a/b:review:1a2b3c4d',
    '*codex:a/b:review:1a2b3c4d*',
    '/absolute',
    '../x',
    './x',
    '~/x',
    'src/api/x',
    'fix a/b',
    'fix/the thing',
    'fix/this thing: now',
    'explain $(x)/y',
    '*/x',
    '',
  ])
    expect(parseHostName(typed), typed).toBeUndefined();
});

test('what ssh would take for an option is refused', () => {
  for (const typed of ['-oProxyCommand=x/y', 'me@-x/y', '-/y'])
    expect(() => parseHostName(typed), typed).toThrow('cannot be a host');
  expect(hostProblem('a b')).toContain('character');
  expect(hostProblem('a;b')).toContain('character');
  expect(hostProblem('a\u202eb')).toContain('character');
  expect(hostProblem('a'.repeat(301))).toContain('too long');
  expect(hostProblem('box')).toBeUndefined();
});
