import fc from 'fast-check';
import { expect, test } from 'vitest';
import { calledHere } from '../../../src/commands/shared/other-machines.ts';
import type { SessionInfo } from '../../../src/protocol/messages.ts';
import { safeText, textColumns } from '../../../src/terminal/safe-text.ts';
import { cutLeft, cutMiddle, cutPath, cutPaths } from '../../../src/ui/cut.ts';
import { sortForDashboard } from '../../../src/ui/dashboard-choice.ts';
import { formatList, type ListOptions, sortSessions } from '../../../src/ui/list.ts';
import { isSame } from '../../../src/ui/same-session.ts';
import { duration, stateOf, tilde, titleOf } from '../../../src/ui/session-text.ts';
import { hiddenIn, nastyText } from '../../support/attack/hidden-text.ts';
import { ago, hashOf, NOW, sessionInfo } from '../../support/rig/session-info.ts';

const PLAIN: ListOptions = {
  width: undefined,
  color: false,
  full: false,
  wide: false,
  now: NOW,
  home: '/home/u',
};
const FAILED = sessionInfo('web:deploy', {
  state: 'exited',
  exit: { code: 1, signal: null },
  endedAt: ago(900),
  lastActivityAt: ago(900),
  lastLines: ['', 'Error: no such model', '   ', 'stream error'],
  cwd: '/home/u/src/web/packages/a-long-name/dist',
});
const SESSIONS = [
  sessionInfo('ultra:main', { clients: 2, lastActivityAt: ago(3) }),
  sessionInfo('ultra:review', {
    status: 'blocked',
    statusReason: 'permission',
    statusSince: ago(200),
  }),
  FAILED,
  sessionInfo('日本:main', { createdAt: ago(400_000), cwd: '/srv/日本' }),
];

function lines(text: string): string[] {
  return text.split('\n');
}

test('columns are aligned in terminal columns, an ended session says how it ended', () => {
  expect(lines(formatList(SESSIONS, PLAIN))).toEqual([
    'NAME          STATE                  CLIENTS  AGE  ACTIVE  DIRECTORY',
    'ultra:main    running                      2   2h      3s  ~/src/ultra',
    'ultra:review  blocked permission 3m        -   2h      2m  ~/src/ultra',
    'web:deploy    exited 1                     -   2h     15m  ~/src/web/packages/a-long-name/dist',
    '    Error: no such model',
    '    stream error',
    '日本:main     running                      -   4d      2m  /srv/日本',
  ]);
});

test('a wide list says what each is about, and how much context is left', () => {
  const topics = [
    sessionInfo('ultra:main', { title: 'Review the login page', contextLeft: 93 }),
    sessionInfo('ultra:old', { title: 'ultra' }),
    FAILED,
  ];
  expect(lines(formatList(topics, { ...PLAIN, wide: true }))).toEqual([
    'NAME        STATE     CLIENTS  AGE  ACTIVE  CONTEXT  TOPIC                  DIRECTORY',
    'ultra:main  running         -   2h      2m      93%  Review the login page  ~/src/ultra',
    'ultra:old   running         -   2h      2m        -  -                      ~/src/ultra',
    'web:deploy  exited 1        -   2h     15m        -  -                      ~/src/web/packages/a-long-name/dist',
    '    Error: no such model',
    '    stream error',
  ]);
});

test('somebody who looks is told the topic before what matters less, and the question for the word', () => {
  const asks = { status: 'blocked', statusReason: 'permission', statusSince: ago(60) };
  const sessions = [
    sessionInfo('ultra:main', {
      ...{ status: 'working', statusSince: ago(3), turnSince: ago(600), contextLeft: 93 },
      title: 'Review the login page and its tests',
    }),
    sessionInfo('ultra:asks', { ...asks, question: 'rm -r build?' }),
    sessionInfo('ultra:mute', asks),
  ];
  const at = (width: number | undefined) =>
    lines(formatList(sessions, { ...PLAIN, width })).map((line) => line.trimEnd());
  expect(at(120)).toEqual([
    'NAME        STATE                  CLIENTS  AGE  ACTIVE  CONTEXT  TOPIC                                DIRECTORY',
    'ultra:main  working 10m                  -   2h      2m      93%  Review the login page and its tests  ~/src/ultra',
    'ultra:asks  blocked 1m                   -   2h      2m        -  -                                    ~/src/ultra',
    '    rm -r build?',
    'ultra:mute  blocked permission 1m        -   2h      2m        -  -                                    ~/src/ultra',
  ]);
  expect(at(76)[1]).toBe(
    'ultra:main  working 10m            Review the login page and i…  ~/src/ultra',
  );
  expect(at(62)[1]).toBe('ultra:main  working 10m            Review the login page and …');
  expect(at(50)[0]).toMatch(/^NAME +STATE +DIRECTORY$/);
  // Who reads it in a pipe gets what was always there.
  expect(at(undefined)[0]).toBe(
    'NAME        STATE                  CLIENTS  AGE  ACTIVE  DIRECTORY',
  );
  expect(at(undefined)[2]).toMatch(/^ultra:asks {2}blocked permission 1m /);
});

test('in a narrow terminal columns go, then the directory is cut from the left, names last', () => {
  expect(lines(formatList(SESSIONS, { ...PLAIN, width: 72 }))).toEqual([
    'NAME          STATE                  CLIENTS  AGE  ACTIVE  DIRECTORY',
    'ultra:main    running                      2   2h      3s  ~/src/ultra',
    'ultra:review  blocked permission 3m        -   2h      2m  ~/src/ultra',
    'web:deploy    exited 1                     -   2h     15m  …ng-name/dist',
    '    Error: no such model',
    '    stream error',
    '日本:main     running                      -   4d      2m  /srv/日本',
  ]);
  expect(lines(formatList(SESSIONS, { ...PLAIN, width: 30 }))).toEqual([
    'NAME      STATE',
    'ultr…ain  running',
    'ultr…iew  blocked permission …',
    'web:…loy  exited 1',
    '    Error: no such model',
    '    stream error',
    '日本…ain  running',
  ]);
});

test('a long name leaves room for directories, and those that differ somewhere look different', () => {
  const long = `app:${'a-long-name-'.repeat(4)}of-somebody`;
  const sessions = [
    sessionInfo('app:main', { cwd: '/home/u/one/team/deeply/nested/app' }),
    sessionInfo('app:main', { cwd: '/home/u/two/team/deeply/nested/app' }),
    sessionInfo(long, { cwd: '/home/u/one/team/deeply/nested/app' }),
    sessionInfo(`${long}-else`, { cwd: '/srv' }),
  ];
  expect(lines(formatList(sessions, { ...PLAIN, width: 80 }))).toEqual([
    'NAME                      STATE    CLIENTS  AGE  ACTIVE  DIRECTORY',
    'app:main                  running        -   2h      2m  ~/one/…eeply/nested/app',
    'app:main                  running        -   2h      2m  ~/two/…eeply/nested/app',
    'app:a-long-n…of-somebody  running        -   2h      2m  ~/one/…eeply/nested/app',
    'app:a-long-n…mebody-else  running        -   2h      2m  /srv',
  ]);
  expect(formatList(sessions, PLAIN)).toContain(`${long}-else  running`);
});

test('a wide list keeps the context, and leaves the directory out for it', () => {
  const topics = [
    sessionInfo('ultra:main', { title: 'Review the login page', contextLeft: 93 }),
    sessionInfo('ultra:a-name-that-is-long', { title: 'ultra' }),
  ];
  const [heading] = lines(formatList(topics, { ...PLAIN, wide: true, width: 60 }));
  expect(heading?.split(/ +/)).toEqual(['NAME', 'STATE', 'CONTEXT', 'TOPIC']);
});

test.each([
  ['plain', false, 20],
  ['wide', true, 41],
])('a %s list is never wider than the terminal', (_what, wide, least) => {
  const topics = SESSIONS.map((one) => ({ ...one, title: 'A topic of quite some length 日本' }));
  for (let width = least; width <= 150; width++)
    for (const line of lines(formatList(topics, { ...PLAIN, width, wide })))
      expect(textColumns(line), `at ${width}: ${line}`).toBeLessThanOrEqual(width);
});

test('full names are never cut', () => {
  const text = formatList(SESSIONS, { ...PLAIN, full: true, width: 30 });
  for (const { fullName, cwd } of SESSIONS) {
    expect(text).toContain(fullName);
    expect(text).toContain(tilde(cwd, '/home/u'));
  }
});

test('nothing untrusted reaches the terminal', () => {
  const hostile = '\x1b]0;x\x07\x1b[2J\u202e\r\n';
  const text = formatList(
    [
      sessionInfo('p:main', {
        project: `p${hostile}`,
        fullName: `codex:p${hostile}:main:00000000`,
        cwd: `/tmp/${hostile}`,
        status: `odd${hostile}`,
        state: 'running',
      }),
      { ...FAILED, lastLines: [`last${hostile}line`] },
    ],
    { ...PLAIN, full: true },
  );
  expect(text).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f\u202e]/);
  expect(lines(text)).toHaveLength(4);
});

test('what a session that needs somebody says stands below it, and what an idle one says does not', () => {
  const says = { statusMessage: 'May I \x1b[31mdelete it?' };
  const text = formatList(
    [
      sessionInfo('p:asks', { status: 'blocked', ...says }),
      sessionInfo('p:idle', { status: 'idle', ...says }),
    ],
    PLAIN,
  );
  expect(lines(text).map((line) => line.slice(0, 26).trimEnd())).toEqual([
    'NAME    STATE    CLIENTS',
    'p:asks  blocked        -',
    '    May I [31mdelete it?',
    'p:idle  idle           -',
  ]);
});

test('colours come only where they are wanted', () => {
  expect(formatList(SESSIONS, PLAIN)).not.toContain('\x1b');
  expect(formatList(SESSIONS, { ...PLAIN, color: true })).toContain('\x1b[31mexited 1\x1b[0m');
});

test("this project's sessions come first, then who needs somebody, what has ended last", () => {
  const sessions = [
    sessionInfo('a:ended', { state: 'exited', exit: { code: 1, signal: null } }),
    sessionInfo('a:idle', { status: 'idle', lastActivityAt: ago(0) }),
    sessionInfo('m:gone', { state: 'lost' }),
    sessionInfo('z:asks', { status: 'blocked' }),
    sessionInfo('a:busy', { status: 'working' }),
    sessionInfo('b:failed', { status: 'error', seen: false }),
    sessionInfo('m:idle', { status: 'idle' }),
    sessionInfo('c:ready', { status: 'done' }),
    sessionInfo('z:silent', { status: 'unknown' }),
    sessionInfo('m:busy', { status: 'working' }),
  ];
  const names = sortSessions(sessions, hashOf('m')).map((s) => `${s.project}:${s.name}`);
  expect(names.join(' ')).toBe(
    'm:busy m:idle m:gone z:asks b:failed c:ready a:busy a:idle z:silent a:ended',
  );
});

test('alike in need, they go by project, the most recently active first', () => {
  const sessions = [
    sessionInfo('a:old', { lastActivityAt: ago(50) }),
    sessionInfo('z:old', { lastActivityAt: ago(99) }),
    sessionInfo('a:new', { lastActivityAt: ago(1) }),
    sessionInfo('m:main', { lastActivityAt: ago(10) }),
    sessionInfo('z:new', { lastActivityAt: ago(5) }),
  ];
  expect(sortSessions(sessions, hashOf('m')).map((s) => `${s.project}:${s.name}`)).toEqual([
    'm:main',
    'a:new',
    'a:old',
    'z:new',
    'z:old',
  ]);
});

test.each([
  [-5_000, '0s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [3_600_000, '1h'],
  [47 * 3_600_000, '47h'],
  [48 * 3_600_000, '2d'],
])('%d ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('a state is never made up', () => {
  const text = (changes: Parameters<typeof sessionInfo>[1]) =>
    stateOf(sessionInfo('p:main', changes), NOW).text;
  expect(text({})).toBe('running');
  expect(text({ status: 'unknown', statusSince: ago(61) })).toBe('unknown 1m');
  expect(text({ status: 'done' })).toBe('done');
  expect(text({ status: 'done', statusSince: ago(300) })).toBe('done 5m');
  const asks = { status: 'blocked', statusReason: 'permission', statusSince: ago(120) };
  expect(text(asks)).toBe('blocked permission 2m');
  expect(text({ state: 'exited', exit: { code: null, signal: 'SIGKILL' } })).toBe('exited SIGKILL');
  expect(text({ state: 'exited', exit: { code: null, signal: null } })).toBe('exited');
  expect(text({ state: 'exited', exit: { code: 0, signal: null } })).toBe('exited 0');
  const lost = { state: 'lost', endedAt: ago(7_200) } as const;
  expect(text(lost)).toBe('lost 2h ago');
  expect(text({ ...lost, resumable: true })).toBe('lost 2h ago, resumable');
  expect(text({ ...lost, state: 'exited', endedBy: 'killed' })).toBe('killed 2h ago');
  // Of a turn since it began, of a question since it was asked.
  const turn = { statusSince: ago(5), turnSince: ago(300) };
  expect(text({ ...turn, status: 'working' })).toBe('working 5m');
  expect(text({ ...turn, status: 'blocked' })).toBe('blocked 5s');
  const old = { status: 'idle', outdated: true, codexVersion: '0.154.0' };
  expect(text(old)).toBe('idle (old Codex 0.154.0)');
});

test("of Codex's title only what is news is shown", () => {
  const title = (text: string) => titleOf(sessionInfo('proj:main', { title: text }));
  expect(title('⠋ Working | proj | 01a201bd-9350-77e3-8bfd-60b31...')).toBe('');
  expect(title('[ ! ] Action Required | proj | 01a201bd-9350-77e3-8bfd-60b31...')).toBe('');
  expect(title('Ready | proj | 01a2024a-c907-7430-8943-f1112... ⠴')).toBe('');
  expect(title('vim README')).toBe('vim README');
  expect(title('Ready | proj | Fix the parser')).toBe('Fix the parser');
});

test('paths keep their ends', () => {
  expect(cutLeft('/home/u/src', 20)).toBe('/home/u/src');
  expect(cutLeft('/home/u/src', 6)).toBe('…u/src');
  expect(cutLeft('/日本/修正', 6)).toBe('…/修正');
  expect(cutMiddle('日本:main-and-more', 9)).toBe('日本…more');
  expect(cutPaths(['/a/x/nested/app', '/a/y/nested/app', '/a/x/nested/app'], 8)).toEqual([
    '/a/x/…pp',
    '/a/y/…pp',
    '/a/x/…pp',
  ]);
  expect(cutPaths(['/a/one-is-the-same', '/a/two-is-the-same'], 9)).toEqual([
    '/a/o…same',
    '/a/t…same',
  ]);
  const long = '~/src/payments/services/login/dist';
  expect(cutPath(long, 34)).toBe(long);
  expect(cutPath(long, 24)).toBe('~/src/…rvices/login/dist');
  expect(cutPath(long, 23)).toBe('…ts/services/login/dist');
  expect(cutPath('/a-directory-with-a-long-name/login', 25)).toBe('/…-with-a-long-name/login');
  expect(cutPaths(['/far/away/x-long/app', '/srv'], 8)).toEqual(['…ong/app', '/srv']);
  expect(tilde('/home/user/x', '/home/u')).toBe('/home/user/x');
  expect(tilde('/home/u', '/home/u')).toBe('~');
  expect(tilde('/x', '/')).toBe('/x');
});

test('no cut goes through the middle of what is one character to people', () => {
  expect(cutLeft('family 👨\u200d👩\u200d👧 of', 8)).toBe('… of');
  expect(cutLeft('cafe\u0301', 2)).toBe('…e\u0301');
  expect(cutMiddle('ab👨\u200d👩\u200d👧cd', 6)).toBe('ab…cd');
  fc.assert(
    fc.property(nastyText(20).map(safeText), fc.integer({ min: 1, max: 40 }), (text, columns) => {
      for (const cut of [cutLeft, cutMiddle, cutPath].map((by) => by(text, columns))) {
        expect(hiddenIn(cut)).toEqual([]);
        expect(textColumns(cut)).toBeLessThanOrEqual(columns);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('sessions of several machines: this one first, then each as it comes, and none is taken for another', () => {
  const on = (host: string, one: SessionInfo) => calledHere(one, host);
  const here = sessionInfo('ultra:idle', { status: 'idle' });
  const other = sessionInfo('web:idle', { status: 'idle' });
  const blocked = sessionInfo('ultra:blocked', { status: 'blocked' });
  const all = [on('rack', here), other, on('box', here), on('box', blocked), here];
  const names = (sessions: readonly SessionInfo[]) =>
    sessions.map(({ project, name }) => `${project}:${name}`);
  const wanted = [
    ...['ultra:idle', 'web:idle', 'rack/ultra:idle', 'box/ultra:blocked', 'box/ultra:idle'],
  ];
  expect(names(sortSessions(all, hashOf('ultra')))).toEqual(wanted);
  expect(names(sortForDashboard(all, hashOf('ultra')))).toEqual(wanted);
  // The same path and the same pid, on another machine.
  expect(isSame(here, on('box', here))).toBe(false);
  expect(isSame(on('rack', here), on('box', here))).toBe(false);
  expect(isSame(on('box', here), on('box', { ...here, fullName: 'codex:ultra:new:0' }))).toBe(true);
});
