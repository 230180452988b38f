/** What can be done to a session in `watch` and the switcher, without a supervisor. */
import { expect, test, vi } from 'vitest';
import type { SessionInfo } from '../../../src/protocol/messages.ts';
import type { Question } from '../../../src/protocol/question.ts';
import { Dashboard } from '../../../src/ui/dashboard.ts';
import { chooseSession } from '../../../src/ui/switcher.ts';
import { ago, NOW, projectInfo, sessionInfo } from '../../support/rig/session-info.ts';
import { FakeActions } from '../../support/terminal/fake-actions.ts';
import { FakeTerminal } from '../../support/terminal/fake-terminal.ts';

const ASKS = sessionInfo('ultra:asks', { status: 'blocked', statusSince: ago(130) });
const BUSY = sessionInfo('ultra:busy', { status: 'working', statusSince: ago(65) });
const IDLE = sessionInfo('ultra:idle', { status: 'idle', statusSince: ago(7_000) });
const GONE = sessionInfo('ultra:gone', { state: 'exited', exit: { code: 3, signal: null } });

const MAY_I: Question = {
  kind: 'command',
  title: 'Would you like to run the following command?',
  command: 'touch proof && echo a-very-long-word-that-does-not-fit-anywhere',
  reason: 'write the proof',
  choices: [
    { number: 1, label: 'Yes, proceed', key: 'y', selected: true },
    { number: 2, label: "Yes, and don't ask again for `touch`", key: 'p', selected: false },
    { number: 3, label: 'No, and tell Codex what to do', key: 'esc', selected: false },
  ],
  text: [],
  fingerprint: 'one',
};

/** `watch` with this one selected. */
function open(sessions: readonly SessionInfo[], cols = 70, rows = 20) {
  const terminal = new FakeTerminal(cols, rows);
  const source = { sessions, connected: true };
  const clock = { now: NOW };
  const actions = new FakeActions();
  const dashboard = new Dashboard(terminal, {
    ...{ source, here: projectInfo('ultra'), color: false, actions },
    now: () => clock.now,
  });
  const end = dashboard.run();
  return { terminal, source, dashboard, end, clock, actions };
}

type Opened = ReturnType<typeof open>;

async function shows(terminal: FakeTerminal, text: string): Promise<void> {
  await expect.poll(async () => (await terminal.screen()).join('\n')).toContain(text);
}

/** As somebody who has read the question. */
async function read({ terminal, clock, dashboard }: Opened, text: string): Promise<void> {
  await shows(terminal, text);
  clock.now += 300;
  dashboard.redraw();
}

test('a question stands below the list, whole, with what answers it', async () => {
  const opened = open([ASKS, IDLE]);
  opened.actions.question = MAY_I;
  opened.terminal.press('a');
  await read(opened, 'proceed');
  expect((await opened.terminal.screen()).map((line) => line.trimEnd()).slice(0, 20)).toEqual([
    ' 1!                                                        2 sessions',
    '',
    '▌ ! ultra:asks    blocked 2m  /home/u/src/ultra',
    '  ○ ultra:idle    idle 1h     /home/u/src/ultra',
    '',
    '',
    '',
    '',
    '',
    '',
    '── ultra:asks asks ───────────────────────────────────────────────────',
    ' Would you like to run the following command?',
    ' write the proof',
    '',
    ' $ touch proof && echo a-very-long-word-that-does-not-fit-anywhere',
    '',
    ' 1 y  Yes, proceed',
    " 2 p  Yes, and don't ask again for `touch`",
    ' 3    No, and tell Codex what to do',
    ' y p 3 answer   esc close',
  ]);
  opened.terminal.press('y');
  await shows(opened.terminal, 'Done: answer asks 1 to one.');
  expect(opened.actions.done).toEqual(['answer asks 1 to one']);
  expect((await opened.terminal.screen()).join('\n')).not.toContain('proceed');
});

test.each<[string, string[]]>([
  ['y', ['answer asks 1 to one']],
  ['1', ['answer asks 1 to one']],
  ['p', ['answer asks 2 to one']],
  ['3', ['answer asks 3 to one']],
  ['\r', []],
  ['Y', []],
  ['yes', []],
  ['\x1b[200~y\x1b[201~', []],
  ['\x1b[B\x1b[B\r', []],
  ['4', []],
])('%j answers or not', async (keys, done) => {
  const opened = open([ASKS]);
  opened.actions.question = MAY_I;
  opened.terminal.press('a');
  await read(opened, 'proceed');
  // Typed at once, only its first letter is a key of its own.
  opened.terminal.press(keys);
  await expect
    .poll(() => opened.actions.done)
    .toEqual(keys === 'yes' ? ['answer asks 1 to one'] : done);
});

test('what was typed before the question could be read answers nothing', async () => {
  const opened = open([ASKS]);
  const { terminal, actions, source, dashboard, clock } = opened;
  actions.question = MAY_I;
  terminal.press('ay');
  await shows(terminal, 'proceed');
  clock.now += 299;
  terminal.press('y');
  expect(actions.done).toEqual([]);
  clock.now += 1;
  actions.question = { ...MAY_I, command: 'rm -rf /', fingerprint: 'two' };
  source.sessions = [{ ...ASKS, statusSince: ago(0) }];
  dashboard.changed();
  await shows(terminal, 'This is another question than before.');
  terminal.press('y');
  expect(actions.done).toEqual([]);
  await read(opened, 'rm -rf /');
  terminal.press('y');
  await shows(terminal, 'Done: answer asks 1 to two.');
});

test('a refused answer is said, with the question that is there now', async () => {
  const opened = open([ASKS]);
  const { terminal, actions } = opened;
  actions.question = MAY_I;
  terminal.press('a');
  await read(opened, 'proceed');
  actions.refusal = 'it asks another question by now';
  actions.question = { ...MAY_I, command: 'other', fingerprint: 'two' };
  terminal.press('y');
  await shows(terminal, '$ other');
  expect(actions.done).toEqual([]);
});

test('a question that is over closes by itself; Esc closes and answers nothing', async () => {
  const opened = open([ASKS]);
  const { terminal, actions, source, dashboard } = opened;
  actions.question = MAY_I;
  terminal.press('a');
  await read(opened, 'proceed');
  terminal.press('\x1b');
  expect((await terminal.screen()).join('\n')).not.toContain('proceed');
  terminal.press('a');
  await shows(terminal, 'proceed');
  source.sessions = [{ ...ASKS, status: 'working' }];
  dashboard.changed();
  await shows(terminal, 'ultra:asks asks nothing any more.');
  terminal.press('a');
  await shows(terminal, 'ultra:asks asks nothing.');
  expect(actions.done).toEqual([]);
});

test('what cannot be answered here is shown as it is, and Enter attaches', async () => {
  const { terminal, actions, end } = open([ASKS]);
  actions.question = {
    ...MAY_I,
    ...{ kind: 'other', choices: [], text: ['  Pick a colour', '  > red'] },
  };
  terminal.press('a');
  await shows(terminal, '  Pick a colour');
  await shows(terminal, 'enter attach   esc close');
  terminal.press('y', '\r');
  expect(await end).toEqual({ type: 'attach', session: ASKS });
});

test('in a small terminal it has the whole screen, and what does not fit is scrolled to', async () => {
  const opened = open([ASKS], 40, 9);
  const { terminal, actions } = opened;
  const command = Array.from({ length: 6 }, (_, n) => `step ${n}`).join('\n');
  actions.question = { ...MAY_I, command };
  terminal.press('a');
  await read(opened, 'step 1');
  const screen = await terminal.screen();
  expect(screen[0]).toMatch(/^── ultra:asks asks ─+$/);
  expect(screen[7]).toMatch(/^ ↓ \d+ more lines$/);
  expect(screen[8]).toBe(' y p 3 answer   esc close   ↑↓ scroll');
  expect(screen.join('\n')).not.toContain('step 5');
  terminal.press('\x1b[6~');
  expect((await terminal.screen()).join('\n')).toContain('step 5');
  terminal.press('\x1b[F');
  expect((await terminal.screen())[7]).toMatch(/^ ↑ \d+ above$/);
  expect((await terminal.screen()).join('\n')).toContain(' 1 y  Yes, proceed');
});

test('where there is room for the choices alone, they stay while the rest is scrolled', async () => {
  const opened = open([ASKS], 70, 16);
  const { terminal, actions } = opened;
  const command = Array.from({ length: 9 }, (_, n) => `step ${n}`).join('\n');
  actions.question = { ...MAY_I, command };
  terminal.press('a');
  await read(opened, 'proceed');
  expect((await terminal.screen()).slice(12, 15).join('\n')).toContain(' 3    No, and tell Codex');
  terminal.press('\x1b[F');
  expect((await terminal.screen()).join('\n')).toMatch(/step 8[\s\S]* 1 y {2}Yes, proceed/);
});

test('a prompt of several lines is typed, refused, corrected and sent', async () => {
  const { terminal, actions } = open([IDLE]);
  terminal.press('s', '\x1b[200~one\ntwo\x1b[201~', '!');
  const screen = await terminal.screen();
  expect(screen.join('\n')).toContain('❯ one⏎');
  expect(terminal.emulator.cursor()).toEqual({ x: 7, y: 16 });
  expect((await terminal.modes()).cursorHidden).toBe(false);
  actions.refusal = 'it is not ready';
  terminal.press('\r');
  await shows(terminal, 'it is not ready. Do something else');
  terminal.press('?', '\r');
  await shows(terminal, 'Done: send idle "one\\ntwo!?".');
  expect((await terminal.modes()).cursorHidden).toBe(true);
});

test('what is refused after it was closed is said as well', async () => {
  const { terminal, actions } = open([IDLE]);
  actions.refusal = 'it is not ready';
  terminal.press('s', 'x', '\r\x1b');
  await shows(terminal, 'it is not ready. Do something else');
  expect((await terminal.screen()).join('\n')).not.toContain('A prompt for');
  for (const keys of [['x'], ['K', 'y']]) {
    const other = open([BUSY]);
    other.actions.refusal = 'it hangs';
    other.terminal.press(...keys);
    await shows(other.terminal, 'it hangs. Do something else');
  }
});

test('keys that come after another one in the same moment are typed', async () => {
  const { terminal, actions } = open([IDLE]);
  terminal.press('sfix it\r');
  await shows(terminal, 'Done');
  expect(actions.done).toEqual(['send idle "fix it"']);
});

test('x interrupts one that works, r renames, K asks and kills', async () => {
  const { terminal, actions } = open([BUSY]);
  terminal.press('x');
  await shows(terminal, 'Done: interrupt busy.');
  terminal.press('r', '\x15', 'other', '\r');
  await shows(terminal, 'Done: rename busy other.');
  terminal.press('K');
  await shows(terminal, 'Kill this session? The turn is lost.');
  terminal.press('\r', 'x', 'n');
  expect((await terminal.screen()).join('\n')).not.toContain('Kill this');
  terminal.press('K', 'y');
  await shows(terminal, 'Done: kill busy.');
  expect(actions.done).toEqual(['interrupt busy', 'rename busy other', 'kill busy']);
});

test('what has become another session is not killed', async () => {
  for (const [before, after, said] of [
    [GONE, { ...GONE, state: 'running', pid: 7 }, 'ultra:gone has been started anew'],
    [BUSY, { ...BUSY, pid: 7 }, 'ultra:busy has been started anew'],
    [BUSY, { ...BUSY, state: 'exited' }, 'ultra:busy has ended by now.'],
  ] as const) {
    const { terminal, actions, source, dashboard } = open([before]);
    terminal.press('K');
    source.sessions = [{ ...before, statusSince: ago(1) }];
    dashboard.changed();
    await shows(terminal, 'y ');
    expect((await terminal.screen()).join('\n')).toMatch(/Kill this|It has ended/);
    source.sessions = [after];
    dashboard.changed();
    await shows(terminal, said);
    terminal.press('y');
    expect(actions.done).toEqual([]);
  }
});

test('what makes no sense is said, and not done', async () => {
  const { terminal, actions } = open([GONE]);
  for (const [key, said] of [
    ['x', 'ultra:gone is not working.'],
    ['a', 'ultra:gone asks nothing.'],
  ] as const) {
    terminal.press(key);
    expect((await terminal.screen()).at(-1)).toContain(said);
  }
  terminal.press('K');
  await shows(terminal, 'It has ended. Take it off the list?');
  expect(actions.done).toEqual([]);
  const asks = open([ASKS]);
  // What is typed on is no key.
  asks.terminal.press('s', 'a y');
  await shows(asks.terminal, 'It waits for an answer, and takes no prompt before that.');
  expect((await asks.terminal.screen()).join('\n')).toContain('❯ a y');
});

test('a choice that has just moved by itself is not acted on', async () => {
  const { terminal, actions, source, dashboard, clock } = open([BUSY, IDLE]);
  source.sessions = [BUSY, { ...IDLE, status: 'done' }];
  dashboard.redraw();
  terminal.press('K');
  await shows(terminal, 'Another session has just become the chosen one');
  clock.now += 300;
  terminal.press('K', 'y');
  await shows(terminal, 'Done: kill idle.');
  expect(actions.done).toEqual(['kill idle']);
});

test('a filter shows what matches, at its place; Enter keeps it, Esc shows all', async () => {
  const { terminal, end } = open([ASKS, BUSY, IDLE]);
  terminal.press('/', 'bus');
  expect((await terminal.screen())[0]).toMatch(/^ \/ bus {3}1! 1… .* 1 of 3$/);
  expect((await terminal.screen())[2]).toMatch(/^▌ ● ultra:busy/);
  expect((await terminal.screen())[3]).toBe('');
  expect(terminal.emulator.cursor()).toEqual({ x: 6, y: 0 });
  terminal.press('q');
  await shows(terminal, 'Nothing matches.');
  terminal.press('\x7f', '\r', '\x1b');
  expect((await terminal.screen())[0]).toMatch(/^ 1! 1… .* 3 sessions$/);
  terminal.press('/', 'id', '\r', '\r');
  expect(await end).toMatchObject({ type: 'attach', session: { name: 'idle' } });
});

test('? says all keys', async () => {
  const { terminal } = open([IDLE]);
  terminal.press('?');
  for (const key of ['a', 's', 'x', 'K', 'r', '/', 'p', 'q', 'enter'])
    expect((await terminal.screen()).join('\n')).toMatch(new RegExp(`^ ${key} +\\w`, 'm'));
  terminal.press('?');
  expect((await terminal.screen())[0]).toContain('1 session');
});

test('the foot names the most useful keys first, and what does something', async () => {
  const foot = async (sessions: readonly SessionInfo[], cols: number) =>
    (await open(sessions, cols).terminal.screen()).at(-1);
  expect(await foot([IDLE], 90)).toBe(
    ' enter attach   s prompt   ? keys   q leave   / filter   K kill   r rename   ↑↓ choose',
  );
  expect(await foot([BUSY], 60)).toBe(' enter attach   s prompt   x interrupt   ? keys   q leave');
  expect(await foot([ASKS], 40)).toBe(' enter attach   a answer   ? keys');
  expect(await foot([GONE], 20)).toBe(' enter start');
});

test('in the switcher the same with Ctrl, in any keyboard mode', async () => {
  const terminal = new FakeTerminal(100, 20);
  const actions = new FakeActions();
  actions.question = MAY_I;
  const choice = chooseSession(terminal, {
    sessions: [ASKS, BUSY],
    ...{ here: projectInfo('ultra'), color: false, actions },
  });
  expect((await terminal.screen()).at(-1)).toBe(
    ' enter attach   esc back   ^Y answer   ? keys   ^D kill   ^R rename   ↑↓ choose',
  );
  terminal.press('\x19');
  await shows(terminal, 'y p 3 answer');
  terminal.press('y');
  await shows(terminal, 'Done: answer asks 1 to one.');
  terminal.press('busy');
  expect((await terminal.screen()).at(-1)).toContain('^T prompt   ^X interrupt   F1 keys');
  terminal.press('\x1b[116;5u', 'hello', '\r');
  await shows(terminal, 'Done: send busy "hello".');
  terminal.press('\x1b[27;5;120~');
  await shows(terminal, 'Done: interrupt busy.');
  terminal.press('\x04', 'n', '\x12', '2', '\r');
  await shows(terminal, 'Done: rename busy busy2.');
  terminal.press('?');
  expect((await terminal.screen())[0]).toContain('busy?');
  terminal.press('\x15', '?');
  await shows(terminal, 'Ctrl-Y');
  terminal.press('\x1b', '\x1b');
  expect(await choice).toEqual({ type: 'cancel' });
  expect(actions.done).toHaveLength(4);
});

test('after any resize an open question looks as a fresh one would', async () => {
  const opened = open([ASKS, IDLE]);
  opened.actions.question = MAY_I;
  opened.terminal.press('a');
  await read(opened, 'proceed');
  for (const [cols, rows] of [
    [20, 5],
    [120, 40],
    [61, 16],
    [1, 1],
    [2, 2],
    [40, 3],
  ] as const) {
    opened.terminal.resize(cols, rows);
    const fresh = open([ASKS, IDLE], cols, rows);
    fresh.actions.question = MAY_I;
    fresh.terminal.press('a');
    if (rows > 5) await read(fresh, 'proceed');
    else await vi.waitFor(() => expect(fresh.actions.reads).toBe(1));
    fresh.clock.now = opened.clock.now;
    fresh.dashboard.redraw();
    expect(await opened.terminal.screen(), `${cols}x${rows}`).toEqual(
      await fresh.terminal.screen(),
    );
  }
});

test('hostile text moves nothing', async () => {
  const bad = '\x1b[2J\x1b]0;x\x07\u202eevil';
  const { terminal, actions } = open([{ ...ASKS, name: 'asks' }]);
  actions.question = {
    ...MAY_I,
    ...{ title: bad, command: `${bad}\n${bad}`, reason: bad },
    choices: [{ number: 1, label: bad, key: 'y', selected: false }],
  };
  terminal.press('a');
  await shows(terminal, 'evil');
  expect(terminal.emulator.title).toBe('');
  expect(terminal.raw).not.toContain('\u202e');
  expect((await terminal.screen())[0]).toContain('1 session');
});

test('what comes back after the switcher was left is not drawn over what is there then', async () => {
  const terminal = new FakeTerminal(140, 24);
  let sent = (_: string) => {};
  const late = new Promise<string>((resolve) => {
    sent = resolve;
  });
  const shown: (string | undefined)[] = [];
  const choice = chooseSession(terminal, {
    sessions: [BUSY],
    ...{ here: projectInfo('ultra'), color: false },
    actions: Object.assign(new FakeActions(), { sendPrompt: () => late }),
    preview: {
      source: {
        capture: undefined,
        onChange: undefined,
        show: (fullName: string | undefined) => void shown.push(fullName),
      },
      isWanted: true,
      keep: () => {},
    },
  });
  terminal.press('\x14', 'hello', '\r', '\x1b');
  await vi.waitFor(async () => {
    const screen = (await terminal.screen()).join('\n');
    expect(screen).toContain('ultra:');
    expect(screen).not.toContain('hello');
  });
  terminal.press('\x1b');
  expect(await choice).toEqual({ type: 'cancel' });
  const { raw } = terminal;
  sent('Sent.');
  // Longer than a frame, in which it would be drawn.
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(terminal.raw).toBe(raw);
  expect(shown.at(-1)).toBeUndefined();
});
