import { afterEach, expect, test, vi } from 'vitest';
import type { SessionInfo } from '../../../src/protocol/messages.ts';
import { Dashboard, type DashboardEnd, sortForDashboard } from '../../../src/ui/dashboard.ts';
import { ago, hashOf, NOW, projectInfo, sessionInfo } from '../../support/rig/session-info.ts';
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
      '  ● ultra:busy    working 1m             /home/u/src/ultra',
      '  ○ ultra:idle    idle 1h                /home/u/src/ultra',
      '▌ ! api:asks      blocked permission 2m  rm -r build?',
      '  ✓ web:ready     done 3s                Fix the parser',
      '',
      '',
      '',
      ' ↑↓ choose   enter attach   q leave',
    ].map((line) => line.trimEnd()),
  );
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
  terminal.press('x');
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
  expect((await terminal.screen())[9]).toBe(' ↑↓ choose   enter attach   q leave');
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
