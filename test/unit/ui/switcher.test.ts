import { expect, test } from 'vitest';
import type { SessionInfo } from '../../../src/protocol/messages.ts';
import { type Choice, chooseSession, type SwitcherOptions } from '../../../src/ui/switcher.ts';
import { hiddenIn } from '../../support/attack/hidden-text.ts';
import { ago, NOW, projectInfo, sessionInfo } from '../../support/rig/session-info.ts';
import { FakeActions } from '../../support/terminal/fake-actions.ts';
import { FakeTerminal } from '../../support/terminal/fake-terminal.ts';

const MAIN = sessionInfo('ultra:main', { status: 'working', clients: 1, lastActivityAt: ago(3) });
const REVIEW = sessionInfo('ultra:review', {
  status: 'blocked',
  statusReason: 'permission',
  statusSince: ago(200),
  title: 'Review the payment flow',
  lastActivityAt: ago(60),
});
const API = sessionInfo('api:main', { lastActivityAt: ago(9_000) });
const DEAD = sessionInfo('web:deploy', {
  state: 'exited',
  exit: { code: 1, signal: null },
  lastActivityAt: ago(900),
  lastLines: ['Error: no such model'],
});
const WIDE = sessionInfo('日本:修正', { lastActivityAt: ago(1) });
const ALL = [DEAD, API, WIDE, REVIEW, MAIN];

function open(changes: Partial<SwitcherOptions> = {}, cols = 70, rows = 14) {
  const terminal = new FakeTerminal(cols, rows);
  const choice = chooseSession(terminal, {
    sessions: ALL,
    here: projectInfo('ultra'),
    color: false,
    now: () => NOW,
    ...changes,
  });
  return { terminal, choice };
}

async function leave(terminal: FakeTerminal, choice: Promise<Choice>): Promise<void> {
  terminal.press('\x1b');
  expect(await choice).toEqual({ type: 'cancel' });
}

test('all sessions with state, age and what they are about', async () => {
  const { terminal, choice } = open();
  expect(await terminal.screen()).toEqual(
    [
      ' ❯ find or start a session in ultra                4 running, 1 ended',
      '',
      '▌ ! ultra:review    blocked permission 3m    1m  Review the payment …',
      '  ● ultra:main      working                  3s  /home/u/src/ultra',
      '  ● api:main        running                  2h  /home/u/src/api',
      '  ● 日本:修正       running                  1s  /home/u/src/日本',
      '  ✗ web:deploy      exited 1                15m  /home/u/src/web',
      '',
      '',
      '',
      '',
      '',
      ' /home/u/src/ultra · nobody attached · running for 2h',
      ' enter attach   esc back   ↑↓ choose',
    ].map((line) => line.trimEnd()),
  );
  await leave(terminal, choice);
});

test('what the chosen session says itself stands below the list', async () => {
  const { terminal, choice } = open({
    sessions: [{ ...REVIEW, statusMessage: 'May I \x1b[2Jdelete it?' }],
  });
  expect((await terminal.screen()).at(-2)).toContain(' May I [2Jdelete it? · /home/u/src/ultra');
  await leave(terminal, choice);
});

test('what it asks stands in its row, in place of the word for it; but the topic where that was found', async () => {
  const asks = { ...REVIEW, statusMessage: 'rm -r \u202ebuild?', contextLeft: 41 };
  const { terminal, choice } = open({ sessions: [asks, MAIN] }, 100);
  const row = async () => (await terminal.screen())[2]?.trimEnd();
  expect(await row()).toBe(
    '▌ ! ultra:review    blocked 3m    1m   41%  rm -r build?                          /home/u/src/ultra',
  );
  terminal.press('payment');
  expect(await row()).toMatch(/^▌ ! ultra:review +blocked 3m .* 41% {2}Review the payment flow /);
  await leave(terminal, choice);
});

test('typing finds, a name that does not exist is offered, Enter takes the best', async () => {
  const { terminal, choice } = open();
  terminal.press('r', 'e', 'v');
  expect((await terminal.screen()).slice(0, 5)).toEqual([
    ' ❯ rev                                                            1/5',
    '',
    '▌ ! ultra:review    blocked permission 3m    1m  Review the payment …',
    '  + start rev in ultra',
    '',
  ]);
  expect(terminal.emulator.cursor()).toEqual({ x: 6, y: 0 });
  terminal.press('\r');
  expect(await choice).toEqual({ type: 'attach', session: REVIEW });
});

test('the letters that match are marked', async () => {
  const { terminal, choice } = open();
  terminal.press('rev');
  await terminal.screen();
  const cells = terminal.emulator.xterm.buffer.active.getLine(2);
  const marked = Array.from({ length: 20 }, (_, x) => cells?.getCell(x))
    .filter((cell) => cell?.isUnderline())
    .map((cell) => cell?.getChars());
  expect(marked.join('')).toBe('rev');
  await leave(terminal, choice);
});

test('long names are cut in the middle, where they are alike, and directories keep their end', async () => {
  const names = ['fix-login-redirect', 'fix-login-timeout'];
  const { terminal, choice } = open({
    sessions: names.map((name) =>
      sessionInfo(`payments-service:${name}`, {
        cwd: `/home/u/src/payments-service/services/${name}`,
      }),
    ),
  });
  const shown = (await terminal.screen()).slice(2, 4).map((line) => line.trimEnd());
  expect(shown).toEqual([
    '▌ ● payments-serv…gin-redirect  running    2m  …es/fix-login-redirect',
    '  ● payments-serv…ogin-timeout  running    2m  …ces/fix-login-timeout',
  ]);
  terminal.press('timeout');
  await terminal.screen();
  const cells = terminal.emulator.xterm.buffer.active.getLine(2);
  const marked = Array.from({ length: 36 }, (_, x) => cells?.getCell(x))
    .filter((cell) => cell?.isUnderline())
    .map((cell) => cell?.getChars());
  expect(marked.join('')).toBe('timeout');
  await leave(terminal, choice);
});

test('a new name is started', async () => {
  const { terminal, choice } = open();
  terminal.press('spike', '\r');
  expect(await choice).toEqual({ type: 'start', name: 'spike' });
});

test('a name that exists here is not offered again, elsewhere it is', async () => {
  const { terminal, choice } = open();
  terminal.press('main');
  expect((await terminal.screen()).join('\n')).not.toContain('start main');
  terminal.press('\x15', 'deploy');
  expect((await terminal.screen()).join('\n')).toContain('+ start deploy in ultra');
  await leave(terminal, choice);
});

test('a session that has ended is chosen as it is, and says that Enter starts it', async () => {
  const { terminal, choice } = open();
  terminal.press('web:');
  const screen = (await terminal.screen()).join('\n');
  expect(screen).toContain('Enter starts it again');
  expect(screen).toContain('Error: no such model');
  expect(screen).toContain('enter start ');
  terminal.press('\r');
  expect(await choice).toEqual({ type: 'attach', session: DEAD });
});

test('with nothing there, main is offered', async () => {
  const { terminal, choice } = open({ sessions: [] });
  expect((await terminal.screen())[2]).toBe('▌ + start main in ultra');
  terminal.press('\r');
  expect(await choice).toEqual({ type: 'start', name: 'main' });
});

test('what cannot be a name and matches nothing does nothing', async () => {
  const { terminal, choice } = open();
  terminal.press('no/such', '\r');
  expect((await terminal.screen()).join('\n')).toContain('Nothing matches');
  await leave(terminal, choice);
});

test('the session one is in is marked, and another one is chosen first', async () => {
  const { terminal, choice } = open({ current: REVIEW.fullName });
  const [, , first, second] = await terminal.screen();
  expect(first).toContain('ultra:review *');
  expect(second?.startsWith('▌ ● ultra:main')).toBe(true);
  terminal.press('\r');
  expect(await choice).toEqual({ type: 'attach', session: MAIN });
});

test.each<[string, string[], SessionInfo]>([
  ['down', ['\x1b[B'], MAIN],
  ['up goes round', ['\x1b[A'], DEAD],
  ['ctrl+j, ctrl+j, ctrl+k', ['\x0a', '\x0a', '\x0b'], MAIN],
  ['end and home', ['\x1b[F', '\x1b[H'], REVIEW],
  ['a page', ['\x1b[6~'], DEAD],
  ['erased letters', ['webx', '\x7f'], DEAD],
  ['an erased word', ['web:zzz', '\x17'], DEAD],
  ['an erased query', ['zzz', '\x15'], REVIEW],
  ['a paste, which accepts nothing by itself', ['\x1b[200~api\r\x1b[201~'], API],
  ['keys of a kitty terminal', ['\x1b[106;5u'], MAIN],
])('%s', async (_, keys, expected) => {
  const { terminal, choice } = open();
  terminal.press(...keys, '\x1b[13u');
  expect(await choice).toEqual({ type: 'attach', session: expected });
});

test.each(['\x1b', '\x03', '\x1b[27u', '\x1b[99;5u'])('%j leaves without a change', async (key) => {
  const { terminal, choice } = open();
  terminal.press('web', key, '\r');
  expect(await choice).toEqual({ type: 'cancel' });
});

test('the terminal is left as it was', async () => {
  const terminal = new FakeTerminal(70, 14);
  terminal.write('$ codex-sessions switch\r\n');
  const before = { screen: await terminal.screen(), modes: await terminal.modes() };
  const cursor = terminal.emulator.cursor();
  const choice = chooseSession(terminal, {
    sessions: ALL,
    here: projectInfo('ultra'),
    color: true,
  });
  expect((await terminal.modes()).alternateScreen).toBe(true);
  expect((await terminal.modes()).bracketedPaste).toBe(true);
  await leave(terminal, choice);
  expect(await terminal.screen()).toEqual(before.screen);
  expect(await terminal.modes()).toEqual(before.modes);
  expect(terminal.emulator.cursor()).toEqual(cursor);
  expect(terminal.listening).toBe(false);
});

test('it works in 20 columns and 5 rows, and after any resize shows what a fresh one would', async () => {
  const { terminal, choice } = open();
  for (const [cols, rows] of [
    [20, 5],
    [120, 40],
    [33, 7],
    [1, 1],
    [57, 9],
    [8, 3],
  ] as const) {
    terminal.resize(cols, rows);
    const fresh = open({}, cols, rows);
    expect(await terminal.screen(), `${cols}x${rows}`).toEqual(await fresh.terminal.screen());
    await leave(fresh.terminal, fresh.choice);
  }
  terminal.resize(20, 5);
  terminal.press('\x1b[B'.repeat(4));
  expect(await terminal.screen()).toEqual([
    ' ❯ ',
    '  ● ultra:main',
    '  ● api:main',
    '  ● 日本:修正',
    '▌ ✗ web:deploy',
  ]);
  terminal.press('\r');
  expect(await choice).toEqual({ type: 'attach', session: DEAD });
});

test('what has changed meanwhile is shown, and the choice stays where it was', async () => {
  const added = sessionInfo('ultra:new', { lastActivityAt: ago(0) });
  const { terminal, choice } = open({ refresh: async () => [added, ...ALL] });
  terminal.press('\x1b[B');
  await expect.poll(async () => (await terminal.screen()).join('\n')).toContain('ultra:new');
  terminal.press('\r');
  expect(await choice).toEqual({ type: 'attach', session: MAIN });
});

test('a key that was meant for one that has just gone is not for the one that takes its place', async () => {
  let sessions: readonly SessionInfo[] = ALL;
  const clock = { now: NOW };
  const actions = new FakeActions();
  const { terminal, choice } = open({
    ...{ actions, now: () => clock.now, refresh: async () => sessions },
  });
  terminal.press('\x1b[B');
  sessions = [{ ...REVIEW, status: 'working' }];
  await expect.poll(async () => (await terminal.screen())[2]).toMatch(/^▌ ● ultra:review/);
  for (const key of ['\x18', '\r']) {
    terminal.press(key);
    expect((await terminal.screen()).at(-1)).toContain('Another session has just become');
  }
  expect(actions.done).toEqual([]);
  clock.now += 300;
  terminal.press('\x18');
  await expect.poll(() => actions.done).toEqual(['interrupt review']);
  terminal.press('\r');
  expect(await choice).toMatchObject({ type: 'attach', session: { name: 'review' } });
});

test('nothing is written while nothing has changed', async () => {
  let asked = 0;
  const { terminal, choice } = open({
    refresh: async () => {
      asked += 1;
      return ALL;
    },
  });
  const { length } = terminal.raw;
  await expect.poll(() => asked, { timeout: 10_000 }).toBe(2);
  terminal.press('\x1b[H', '\x7f');
  expect(terminal.raw.slice(length)).toBe('');
  terminal.press('a', ' ');
  await terminal.screen();
  expect(terminal.emulator.cursor()).toEqual({ x: 5, y: 0 });
  await leave(terminal, choice);
});

test('hostile titles, names and pastes move nothing', async () => {
  const hostile = sessionInfo('p:main', {
    title: 'a\x1b[2J\x1b]0;x\x07\u202eb\nc',
    project: 'p\x1b[31m',
  });
  const { terminal, choice } = open({ sessions: [hostile] });
  terminal.press('\x1b[200~q\x1b[31m\x07\u202e\x1b[201~');
  expect((await terminal.screen())[0]).toMatch(/^ ❯ q \[31m {2}/);
  terminal.press('\x15');
  const screen = await terminal.screen();
  expect(screen[2]).toContain('p[31m:main');
  expect(screen[2]).toContain('a[2J]0;xb c');
  expect(terminal.emulator.title).toBe('');
  await leave(terminal, choice);
});

test('a query given at the start is searched at once', async () => {
  const { terminal, choice } = open({ query: 'api' });
  terminal.press('\r');
  expect(await choice).toEqual({ type: 'attach', session: API });
});

test('what is one character to people is erased and marked as one', async () => {
  const family = '👨\u200d👩\u200d👧';
  // The halves of the man's pair are here too, each in another pair.
  const halves = '\u{1f469}\u{1f868}';
  const sessions = [
    sessionInfo('ultra:main', { title: `x${family}y` }),
    sessionInfo('ultra:other', { title: halves }),
  ];
  const { terminal, choice } = open({ sessions });
  terminal.press(`y${family}`, '\x7f');
  expect((await terminal.screen())[0]).toMatch(/^ ❯ y +1\/2$/);
  terminal.press('\x15', family);
  await terminal.screen();
  expect(terminal.raw).toContain(`\x1b[4m${family}\x1b[0m`);
  terminal.press('\x15', '👨');
  await terminal.screen();
  expect(terminal.raw).toContain(`\x1b[4m${halves}\x1b[0m`);
  expect(hiddenIn(terminal.raw, /\x1b\[[?>]?[\d;]*[A-Za-z]|\r/g)).toEqual([]);
  await leave(terminal, choice);
});
