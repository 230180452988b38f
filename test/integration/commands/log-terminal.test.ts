/** `log` in a terminal: times, colours, whole words, and a pager where it does not fit. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { createReporter, type Reporter } from '../../support/rig/reporter.ts';

const ID = '01999999-aaaa-7bbb-8ccc-dddddddddddd';
const WORDS = 'one two three four five six seven eight nine ten eleven twelve';

/** A session `main` whose conversation has `turns` turns: a prompt, a command that fails, an answer. */
async function talked(turns: number, at = new Date().toISOString()): Promise<Reporter> {
  const reporter = createReporter();
  const { rig } = reporter;
  await reporter.start('main');
  const line = (type: string, payload: object) => JSON.stringify({ timestamp: at, type, payload });
  const lines = [line('session_meta', { id: ID, timestamp: at, cwd: rig.projectDir })];
  for (let turn = 1; turn <= turns; turn++)
    lines.push(
      line('event_msg', { type: 'task_started', turn_id: `t${turn}` }),
      line('event_msg', { type: 'user_message', message: `prompt ${turn}: ${WORDS}` }),
      line('event_msg', { type: 'agent_message', message: `answer ${turn}: ${WORDS} \x1b[31mred` }),
      line('event_msg', { type: 'task_complete', turn_id: `t${turn}` }),
    );
  const [year = '', month = '', day = ''] = at.slice(0, 10).split('-');
  const path = join(
    ...[rig.home, '.codex/sessions', year, month, day],
    `rollout-${at.slice(0, 19).replaceAll(':', '-')}-${ID}.jsonl`,
  );
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${lines.join('\n')}\n`);
  await reporter.report('main', `title Ready | ultra | ${ID.slice(0, 29)}...`);
  await rig.waitUntil(
    async () =>
      ((await rig.list()) as unknown as { conversation: string }[])[0]?.conversation === ID,
    'the conversation to be known',
  );
  return reporter;
}

test('what fits is printed: with the time, in colours, broken at words; piped it is as it was', async () => {
  const { rig } = await talked(1);
  const piped = await rig.ok(['log']);
  expect(piped).toBe(`› prompt 1: ${WORDS}\n\n• answer 1: ${WORDS} [31mred\n\n`);
  const terminal = rig.open(['log'], { cols: 40 });
  expect(await terminal.waitForExit()).toBe(0);
  const lines = terminal.screen().map((line) => line.trimEnd());
  expect(lines.slice(0, 8)).toEqual([
    expect.stringMatching(/^\d\d:\d\d$/),
    '› prompt 1: one two three four five six',
    '  seven eight nine ten eleven twelve',
    '',
    '• answer 1: one two three four five six',
    '  seven eight nine ten eleven twelve',
    '  [31mred',
    '',
  ]);
  expect(terminal.raw().toString()).toContain('\x1b[1;36m›\x1b[0m\x1b[1m prompt 1');
  const plain = rig.open(['log'], { cols: 40, env: { NO_COLOR: '1' } });
  await plain.waitForExit();
  expect(plain.raw().toString()).not.toContain('\x1b');
});

test('turns of another day have the date, once', async () => {
  const { rig } = await talked(2, '2026-03-01T12:00:00.000Z');
  const terminal = rig.open(['log', '--no-pager'], { env: { TZ: 'UTC' } });
  await terminal.waitForExit();
  expect(terminal.text()).toMatch(/^2026-03-01 12:00$/m);
  expect(terminal.text().match(/^12:00$/gm)).toHaveLength(1);
});

test('what does not fit comes in the pager; --no-pager, or a pager that is not there, shows it all', async () => {
  const { rig } = await talked(20);
  const paged = rig.open(['log'], { cols: 80, rows: 24 });
  await paged.waitFor(/prompt 1:[\s\S]*\n:$/);
  expect(paged.text()).not.toContain('prompt 20');
  paged.type('G');
  await paged.waitFor('answer 20');
  paged.press('ctrl+c');
  await rig.waitUntil(() => {
    // What is typed together with Ctrl-C, the kernel drops.
    paged.type('g');
    return paged.text().includes('prompt 1:');
  }, 'the pager to go on after Ctrl-C');
  paged.type('q');
  expect(await paged.waitForExit()).toBe(0);
  const mark = rig.program('pager', 'echo "paged by $0"; cat');
  const withoutLess = dirname(rig.file('empty/file', ''));
  symlinkSync(process.execPath, join(withoutLess, 'node'));
  for (const [env, said] of [
    [{ PAGER: mark }, true],
    [{ CODEX_SESSIONS_PAGER: mark, PAGER: 'cat' }, true],
    [{ CODEX_SESSIONS_PAGER: '', PAGER: mark }, true],
    [{ CODEX_SESSIONS_PAGER: 'cat', PAGER: mark }, false],
    [{ PAGER: 'no-such-pager' }, false],
    [{ PAGER: '/' }, false],
    [{ PATH: withoutLess }, false],
    [{ PAGER: mark, TERM: 'dumb' }, false],
  ] as const) {
    const terminal = rig.open(['log'], { env: { PATH: process.env.PATH ?? '', ...env } });
    expect(await terminal.waitForExit()).toBe(0);
    expect(terminal.history().includes('paged by'), JSON.stringify(env)).toBe(said);
    expect(terminal.history() + terminal.text()).toContain('answer 20');
  }
  // What the user has set for less has no colours; an empty variable is none.
  for (const LESS of ['', 'iM', '-P%f']) {
    const terminal = rig.open(['log'], { env: { LESS } });
    await terminal.waitFor(/prompt 1:/);
    expect(terminal.text()).not.toContain('ESC');
    terminal.type('q');
    expect(await terminal.waitForExit()).toBe(0);
  }
  const whole = rig.open(['log', '--no-pager']);
  expect(await whole.waitForExit()).toBe(0);
  expect(whole.text()).toContain('answer 20');
});
