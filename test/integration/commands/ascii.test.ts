/** In a locale that is not in UTF-8 all signs are in ASCII. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createReporter } from '../../support/rig/reporter.ts';

const LATIN = { LANG: 'de_DE.ISO-8859-1' };
const NOT_ASCII = /[^\x00-\x7f]/;

test('lists, screens, help and errors are in ASCII where the locale is', async () => {
  const reporter = createReporter({ env: LATIN });
  const { rig } = reporter;
  for (const name of ['first', 'a-name-that-is-too-long-for-any-narrow-terminal-and-is-cut'])
    await reporter.start(name);
  await reporter.start('third');
  await reporter.report('first', 'state=blocked:kind=permission');
  await reporter.report('third', 'state=working');
  await reporter.status('third', 'working');
  await rig.run(['kill', 'nobody']);
  for (const args of [
    ...[['ls'], ['ls', '--wide'], ['status'], ['status', '--short'], ['doctor'], ['--help']],
    ...[
      ['start', '--help'],
      ['status', '--help'],
      ['send', '--help'],
      ['attach', 'nobody'],
    ],
    ...[
      ['detach', 'nobody'],
      ['explain', 'first'],
      ['kill', '-y', 'first'],
    ],
  ]) {
    const terminal = rig.open(args, { cols: 60 });
    await terminal.waitForExit();
    expect(terminal.history(), args.join(' ')).not.toMatch(NOT_ASCII);
    expect(terminal.history().trim()).not.toBe('');
  }
  for (const command of ['switch', 'watch']) {
    const terminal = rig.open([command], { cols: 60 });
    await terminal.waitFor(/o ultra:a-\S*~\S+ +idle/);
    expect(terminal.text()).not.toMatch(NOT_ASCII);
    expect(terminal.text()).toContain('enter attach');
    terminal.press('esc');
    await terminal.waitForExit();
  }
});

test('where no locale is set, as in many containers, they are not', async () => {
  const reporter = createReporter({ env: { LANG: '' } });
  await reporter.start('first');
  const terminal = reporter.rig.open(['switch']);
  await terminal.waitFor('○ ultra:first');
  terminal.press('esc');
  await terminal.waitForExit();
});

test('what a script reads of a session is not changed by its locale', async () => {
  const reporter = createReporter({ env: { LANG: 'C', LC_ALL: 'C' } });
  const { rig } = reporter;
  await reporter.start('main');
  const text = 'a → b — “c” … ✓';
  const id = '01a2a5a0-a606-7e72-8925-994300000003';
  const line = (type: string, payload: object) => `${JSON.stringify({ type, payload })}\n`;
  const day = join(rig.home, '.codex/sessions/2026/11/22');
  mkdirSync(day, { recursive: true });
  writeFileSync(
    join(day, `rollout-2026-11-22T08-00-00-${id}.jsonl`),
    line('session_meta', { id }) + line('event_msg', { type: 'agent_message', message: text }),
  );
  await reporter.report('main', `title Ready | ultra | ${id.slice(0, 29)}...`, `raw ${text}`);
  await rig.waitUntil(
    async () => JSON.stringify(await rig.list()).includes(id),
    'its conversation',
  );
  for (const args of [
    ['log', '--last'],
    ['log', '--markdown'],
    ['log'],
    ['peek'],
    ['peek', '--ansi'],
  ])
    expect(await rig.ok(args), args.join(' ')).toContain(text);
});

test('a name is what it is in a pipe, and the signs of a prompt are in ASCII there', async () => {
  const reporter = createReporter({ env: LATIN });
  const { rig } = reporter;
  const cwd = rig.project('a–b→c');
  await reporter.start('main', { cwd });
  await reporter.report('main', 'state=done');
  await reporter.status('main', 'done');
  expect(await rig.ok(['ls', '--full'])).toContain('codex:a–b→c:main:');
  expect(await rig.ok(['status', '--short'])).toBe('1+\n');
});
