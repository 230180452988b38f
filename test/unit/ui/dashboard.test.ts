import { afterEach, expect, test, vi } from 'vitest';
import type { SessionInfo } from '../../../src/protocol/messages.ts';
import { Dashboard, type DashboardEnd } from '../../../src/ui/dashboard.ts';
import { sortForDashboard } from '../../../src/ui/dashboard-choice.ts';
import { columnsFor } from '../../../src/ui/row-widths.ts';
import { ago, hashOf, NOW, projectInfo, sessionInfo } from '../../support/rig/session-info.ts';
import { FakeActions } from '../../support/terminal/fake-actions.ts';
import { FakeTerminal } from '../../support/terminal/fake-terminal.ts';

const BUSY = sessionInfo('ultra:busy', { status: 'working', statusSince: ago(65) });
const IDLE = sessionInfo('ultra:idle', { status: 'idle', statusSince: ago(7_000) });
const ASKS = sessionInfo('api:asks', {
  status: 'blocked',
  statusReason: 'permission',
  statusMessage: 'rm -r build?',
  statusSince: ago(130),
  title: 'Clean up',
});
const READY = sessionInfo('web:ready', {
  status: 'done',
  statusSince: ago(3),
  title: 'Fix the parser',
});
const ALL = [IDLE, READY, ASKS, BUSY];

class Source {
  sessions: readonly SessionInfo[];
  connected = true;
  constructor(sessions: readonly SessionInfo[]) {
    this.sessions = sessions;
  }
}

const open_: { dashboard: Dashboard; end: Promise<DashboardEnd> }[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const { dashboard, end } of open_.splice(0)) {
    dashboard.leave();
    await end;
  }
});

function open(sessions: readonly SessionInfo[] = ALL, cols = 70, rows = 10, note = '') {
  const terminal = new FakeTerminal(cols, rows);
  const source = new Source(sessions);
  const clock = { now: NOW };
  const dashboard = new Dashboard(terminal, {
    source,
    here: projectInfo('ultra'),
    color: false,
    actions: new FakeActions(),
    note,
    now: () => clock.now,
  });
  const end = dashboard.run();
  open_.push({ dashboard, end });
  return { terminal, source, dashboard, end, clock };
}

test('all sessions, this project first, who needs somebody before the others and chosen', async () => {
  const { terminal } = open();
  expect(await terminal.screen()).toEqual(
    [
      ' 1! 1✓ 1…                                                  4 sessions',
      '',
      '  ● ultra:busy    working 1m                        /home/u/src/ultra',
      '  ○ ultra:idle    idle 1h                           /home/u/src/ultra',
      '▌ ! api:asks      blocked 2m  rm -r build?          /home/u/src/api',
      '  ✓ web:ready     done 3s     Fix the parser        /home/u/src/web',
      '',
      '',
      '',
      ' enter attach   a answer   ? keys   q leave   / filter   K kill',
    ].map((line) => line.trimEnd()),
  );
});

const VIEW = {
  ...{ rows: 24, query: '', list: [], selected: 0, project: 'ultra', color: false },
  ...{ current: undefined, home: '/home/u', now: NOW },
};

/** Of every kind, with what takes most room. */
const MANY = [
  sessionInfo('payments-service:fix-login-redirect-after-timeout', {
    ...{ status: 'done', statusSince: ago(3), contextLeft: 8 },
    title: 'Fix the redirect after the login has timed out',
    cwd: '/home/u/src/payments-service/packages/login/dist',
  }),
  sessionInfo('日本プロジェクト:検証', {
    ...{ status: 'working', statusSince: ago(5), turnSince: ago(600), contextLeft: 55 },
    title: '修正支払いフローのレビューとテストの追加',
  }),
  sessionInfo('emoji:party', {
    ...{ status: 'error', seen: false, statusSince: ago(9), contextLeft: 100 },
    statusMessage: 'stream error: 👨‍👩‍👧 overloaded 🚀🚀',
  }),
  sessionInfo('ultra:asks', { ...ASKS, name: 'asks', project: 'ultra', contextLeft: 41 }),
  sessionInfo('web:new', { status: 'starting', statusReason: 'question', statusSince: ago(1) }),
  sessionInfo('web:gone', { state: 'lost', endedAt: ago(900) }),
];

test.each([
  [
    60,
    [
      '▌ ! ultra:asks           blocked 2m            rm -r build?',
      '  ✗ emoji:party          error 9s              stream erro…',
      '  ! web:new              starting question 1s  …e/u/src/web',
      '  ✓ payments-…r-timeout  done 3s               Fix the red…',
      '  ● 日本プロ…クト:検証   working 10m           修正支払い…',
      '  ✗ web:gone             lost 15m ago          …e/u/src/web',
    ],
  ],
  [
    140,
    [
      '▌ ! ultra:asks                                           blocked 2m             41%  rm -r build?',
      '  ✗ emoji:party                                          error 9s              100%  stream error: 👨‍👩‍👧 overloaded 🚀🚀',
      '  ! web:new                                              starting question 1s        /home/u/src/web',
      '  ✓ payments-service:fix-login-redirect-after-timeout    done 3s                 8%  Fix the redirect after the login has timed out',
      '  ● 日本プロジェクト:検証                                working 10m            55%  修正支払いフローのレビューとテストの追加',
      '  ✗ web:gone                                             lost 15m ago                /home/u/src/web',
    ],
  ],
])('in %d columns each row says what it is about, as far as there is room', async (cols, rows) => {
  const { terminal } = open(MANY, cols, 12);
  const shown = (await terminal.screen()).slice(2, 2 + MANY.length).map((line) => line.trimEnd());
  const order = (line: string) => line.slice(4, 9);
  expect(shown.sort((x, y) => (order(x) < order(y) ? -1 : 1))).toEqual(
    [...rows].sort((x, y) => (order(x) < order(y) ? -1 : 1)),
  );
});

test.each([true, false])('its columns fit into any terminal (an age: %s)', (hasAge) => {
  for (let cols = 1; cols <= 250; cols++) {
    const view = { ...VIEW, cols, sessions: MANY };
    const { name, ...others } = columnsFor(view, hasAge);
    const beside = Object.values(others).filter((width) => width > 0);
    const sum = beside.reduce((all, width) => all + width + 2, 5 + name);
    expect(sum, `${cols} columns: ${JSON.stringify({ name, ...others })}`).toBeLessThanOrEqual(
      Math.max(cols, 6),
    );
  }
});

test('what matters least goes first, and nothing that nobody has takes room', () => {
  const shown = (cols: number, sessions: readonly SessionInfo[] = MANY) =>
    Object.entries(columnsFor({ ...VIEW, cols, sessions }))
      .filter(([, width]) => width > 0)
      .map(([column]) => column)
      .join(' ');
  expect(shown(200)).toBe('name state age context rest where');
  expect(shown(110)).toBe('name state age context rest');
  expect(shown(80)).toBe('name state age rest');
  expect(shown(60)).toBe('name state rest');
  expect(shown(50)).toBe('name state age');
  expect(shown(39)).toBe('name state');
  expect(shown(27)).toBe('name');
  expect(shown(200, [IDLE])).toBe('name state age rest');
});

test('Enter goes to the first that needs somebody, also when another one comes to need it more', async () => {
  const { terminal, source, dashboard, end } = open([IDLE, BUSY, READY]);
  expect((await terminal.screen()).find((line) => line.startsWith('▌'))).toContain('web:ready');
  source.sessions = ALL;
  dashboard.redraw();
  expect((await terminal.screen()).find((line) => line.startsWith('▌'))).toContain('api:asks');
  terminal.press('\r');
  expect(await end).toEqual({ type: 'attach', session: ASKS });
});

test('a choice stays with its session wherever that moves', async () => {
  const { terminal, source, dashboard, end } = open();
  terminal.press('\x1b[A');
  expect((await terminal.screen()).find((line) => line.startsWith('▌'))).toContain('ultra:idle');
  const asks = { ...IDLE, status: 'blocked' };
  source.sessions = [asks, BUSY, ASKS, READY];
  dashboard.redraw();
  expect((await terminal.screen())[2]).toMatch(/^▌ ! ultra:idle/);
  terminal.press('\r');
  expect(await end).toEqual({ type: 'attach', session: asks });
});

test.each(['q', '\x1b', '\x03', '\x1b[99;5u'])('%j leaves', async (key) => {
  const { terminal, end } = open();
  const modes = await terminal.modes();
  expect(modes).toMatchObject({ alternateScreen: true, cursorHidden: true });
  terminal.press(key);
  expect(await end).toEqual({ type: 'leave' });
  expect(await terminal.modes()).toMatchObject({
    alternateScreen: false,
    cursorHidden: false,
    wraparound: true,
  });
  expect(terminal.listening).toBe(false);
});

test('a change writes its own line and no other; where nothing has changed, nothing', async () => {
  const { terminal, source, dashboard } = open();
  await terminal.screen();
  terminal.raw = '';
  terminal.press('z');
  expect(terminal.raw).toBe('');
  source.sessions = [IDLE, READY, ASKS, { ...BUSY, title: 'Tests' }];
  dashboard.changed();
  await expect.poll(() => terminal.raw).toContain('Tests');
  expect(terminal.raw).not.toContain('ultra:idle');
  expect(terminal.raw.match(/\x1b\[\d+;1H/g)).toEqual(['\x1b[3;1H']);
  expect(terminal.raw).not.toContain('\x1b[2J');
});

test('many changes at once are one frame, and the last is shown', async () => {
  const { terminal, source, dashboard } = open();
  terminal.raw = '';
  for (let n = 0; n < 1_000; n += 1) {
    source.sessions = [{ ...BUSY, title: `step ${n}` }];
    dashboard.changed();
  }
  await expect.poll(() => terminal.raw).toContain('step 999');
  expect(terminal.raw.match(/\x1b\[\?2026h/g)).toHaveLength(1);
});

test('ages go on', async () => {
  vi.useFakeTimers();
  const { terminal, clock } = open([READY]);
  expect(terminal.raw).toContain('done 3s');
  terminal.raw = '';
  clock.now += 1_000;
  vi.advanceTimersByTime(1_000);
  expect(terminal.raw).toContain('done 4s');
});

test('ages of minutes go on once a minute, and where none is shown nothing does', () => {
  vi.useFakeTimers();
  const { terminal, clock } = open([IDLE, ASKS, BUSY]);
  terminal.raw = '';
  clock.now += 59_999;
  vi.advanceTimersByTime(59_999);
  expect(terminal.raw).toBe('');
  clock.now += 1;
  vi.advanceTimersByTime(1);
  expect(terminal.raw).toContain('blocked 3m');
  const still = open([{ ...IDLE, statusSince: null }]);
  still.terminal.raw = '';
  still.clock.now += 600_000;
  vi.advanceTimersByTime(600_000);
  expect(still.terminal.raw).toBe('');
});

test('more sessions than rows: the chosen one is in sight, and the heading says where one is', async () => {
  const many = Array.from({ length: 30 }, (_, n) =>
    sessionInfo(`ultra:s${String(n).padStart(2, '0')}`, { status: 'idle', statusSince: ago(1) }),
  );
  const { terminal } = open(many, 70, 10);
  expect((await terminal.screen())[0]).toMatch(/nobody needs you .*1–6 of 30$/);
  terminal.press('\x1b[F');
  expect((await terminal.screen())[0]).toContain('25–30 of 30');
  expect((await terminal.screen()).join('\n')).toMatch(/▌ ○ ultra:s29/);
  terminal.press('\x1b[5~');
  expect((await terminal.screen()).join('\n')).toMatch(/▌ ○ ultra:s23/);
  terminal.press('\x1b[H', '\x1b[A');
  expect((await terminal.screen()).join('\n')).toMatch(/▌ ○ ultra:s00/);
});

test('after any resize it shows what a fresh one would', async () => {
  const { terminal } = open();
  for (const [cols, rows] of [
    [20, 5],
    [120, 40],
    [33, 7],
    [1, 1],
    [57, 9],
    [8, 3],
  ] as const) {
    terminal.resize(cols, rows);
    const fresh = open(ALL, cols, rows);
    expect(await terminal.screen(), `${cols}x${rows}`).toEqual(await fresh.terminal.screen());
  }
});

test('with nothing there it says what it waits for; a note stays until a key', async () => {
  const { terminal, source, dashboard } = open([], 90, 10, '[detached from ultra:main]');
  expect((await terminal.screen()).join('\n')).toContain('No sessions.');
  expect((await terminal.screen())[9]).toContain('[detached from ultra:main]');
  source.connected = false;
  dashboard.redraw();
  expect((await terminal.screen()).join('\n')).toContain('as soon as one is started');
  terminal.press('\r', 'x');
  expect((await terminal.screen())[9]).toBe(' ? keys   q leave   / filter   ↑↓ choose');
});

test('hostile text moves nothing', async () => {
  const bad = '\x1b[2J\x1b]0;x\x07\u202eevil\r\n';
  const { terminal } = open([
    sessionInfo('p:main', {
      status: 'blocked',
      statusMessage: bad,
      title: bad,
      project: `p${bad}`,
    }),
  ]);
  const screen = await terminal.screen();
  expect(screen[2]).toContain('evil');
  expect(terminal.emulator.title).toBe('');
  expect(terminal.raw).not.toContain('\u202e');
});

test('who has waited longest comes first; the others do not move while they work', () => {
  const sorted = sortForDashboard(
    [
      sessionInfo('a:two', { status: 'blocked', statusSince: ago(5) }),
      sessionInfo('b:one', { status: 'blocked', statusSince: ago(50) }),
      sessionInfo('a:busy', { status: 'working', lastActivityAt: ago(9) }),
      sessionInfo('a:able', { status: 'working', lastActivityAt: ago(1) }),
    ],
    hashOf('z'),
  );
  expect(sorted.map(({ name }) => name)).toEqual(['one', 'two', 'able', 'busy']);
});
