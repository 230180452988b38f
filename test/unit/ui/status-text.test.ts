import { expect, test } from 'vitest';
import { sortForDashboard } from '../../../src/ui/dashboard-choice.ts';
import { explanation } from '../../../src/ui/explanation.ts';
import { sortSessions } from '../../../src/ui/list.ts';
import { stateOf } from '../../../src/ui/session-text.ts';
import { shortStatus, statusWord } from '../../../src/ui/status-line.ts';
import { ago, NOW, sessionInfo } from '../../support/rig/session-info.ts';

const at = (status: string | null) => sessionInfo('p:main', { status, seen: false });

test('only what needs somebody or works is counted, in the order of need', () => {
  const many = ['working', 'done', 'idle', 'blocked', 'working', 'error', 'blocked', 'unknown'];
  expect(shortStatus([...many.map(at), at(null)])).toBe('2! 1✗ 1✓ 2…');
  expect(shortStatus(['done', 'working'].map(at))).toBe('1✓ 1…');
  expect(shortStatus(['idle', 'starting', 'unknown', null].map(at))).toBe('');
  expect(shortStatus([])).toBe('');
});

test('an error that was looked at needs nobody', () => {
  const [seen, unseen] = [true, false].map((is) => ({
    status: 'error',
    seen: is,
    statusSince: ago(9),
  }));
  const sessions = [
    sessionInfo('p:seen', seen),
    sessionInfo('p:done', { status: 'done', seen: false, statusSince: ago(5) }),
    sessionInfo('p:unseen', unseen),
  ];
  expect(shortStatus(sessions)).toBe('1✗ 1✓');
  const inOrder = ['unseen', 'done', 'seen'];
  expect(sortSessions(sessions, '').map(({ name }) => name)).toEqual(inOrder);
  expect(sortForDashboard(sessions, '').map(({ name }) => name)).toEqual(inOrder);
});

const asks = { statusReason: 'question', statusSource: 'none', statusSince: ago(9) };

test('what asks something before it begins needs somebody', () => {
  const session = sessionInfo('p:new', { status: 'starting', ...asks });
  expect(shortStatus([session, at('blocked'), at('idle')])).toBe('2!');
  expect(statusWord(session)).toBe('asks');
  expect(stateOf(session, NOW)).toEqual({ text: 'starting question 9s', tone: 'needs' });
  expect(explanation('p:new', session, [], NOW)).toContain('whether to trust the directory');
  const others = ['working', 'done', 'error'].map((s) => sessionInfo(`p:${s}`, { status: s }));
  const named = (list: readonly { name: string }[]) => list.map(({ name }) => name);
  expect(named(sortSessions([...others, session], ''))[0]).toBe('new');
  expect(named(sortForDashboard([...others, session], ''))[0]).toBe('new');
  expect(shortStatus([sessionInfo('p:a', { state: 'exited', status: 'starting', ...asks })])).toBe(
    '',
  );
});

test('what has ended is not counted, whatever it did last', () => {
  expect(shortStatus([sessionInfo('p:a', { state: 'exited', status: 'blocked' })])).toBe('');
});

test('one session is one word', () => {
  expect(statusWord(at('blocked'))).toBe('blocked');
  expect(statusWord(at(null))).toBe('running');
  expect(statusWord(sessionInfo('p:a', { state: 'lost' }))).toBe('lost');
});

const EVENT = {
  at: '2026-03-01T11:58:00.007Z',
  source: 'osc7501',
  said: 'state=idle',
  status: 'idle',
};

test('an explanation names status, reason, time, source and what was said', () => {
  const session = sessionInfo('ultra:review', {
    status: 'blocked',
    statusReason: 'permission',
    statusSince: ago(120),
    statusSource: 'osc7501',
    statusMessage: 'rm -r build?',
  });
  const asks = { ...EVENT, said: 'state=blocked:kind=permission', status: 'blocked' };
  const lines = explanation(
    'box/ultra:review',
    session,
    [EVENT, { ...asks, source: 'title' }],
    NOW,
  ).split('\n');
  expect(lines.slice(0, 5)).toEqual([
    'box/ultra:review: blocked (permission), for 2m',
    '  Codex reports it itself (OSC 7501).',
    '  In its own words: rm -r build?',
    '',
    'What was said, and the status after it, the oldest first:',
  ]);
  expect(lines[5]).toMatch(/^ {2}\d\d:\d\d:00\.007 {2}osc7501 {2}idle {5}state=idle$/);
  expect(lines[6]).toMatch(/:00\.007 {2}title {4}blocked {2}state=blocked:kind=permission$/);
});

test('silence is explained, never taken for idleness', () => {
  const silent = (status: string) =>
    explanation(
      'p:m',
      sessionInfo('p:m', { status, statusSince: ago(40), statusSource: 'none' }),
      [],
      NOW,
    );
  expect(silent('unknown')).toContain('trust the directory');
  expect(silent('starting')).toContain('Codex has said nothing so far');
  expect(silent('unknown') + silent('starting')).not.toContain('idle');
});

test('a status from the title says so, an ended session says how it ended', () => {
  const titled = { status: 'working', statusSource: 'title', statusSince: ago(5) };
  expect(explanation('p:m', sessionInfo('p:m', titled), [], NOW)).toContain("Codex's own title");
  const ended = sessionInfo('p:m', { state: 'exited', exit: { code: 3, signal: null } });
  expect(explanation('p:m', ended, [], NOW)).toMatch(/^p:m: exited 3\./);
});

test('hostile text moves nothing', () => {
  const bad = '\x1b[2J\u202ex\r\n';
  const text = explanation(
    'p:m',
    sessionInfo('p:m', { status: `odd${bad}`, statusMessage: bad, statusSource: 'osc7501' }),
    [{ at: 'nonsense', source: bad, said: bad, status: bad }],
    NOW,
  );
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f\u202e]/);
});
