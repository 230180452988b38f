/** One run of a notice command: how it ends, and that nothing of it stays. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Notice, runNotice } from '../../../../src/supervisor/notices/notice-process.ts';
import { waitUntil } from '../../../support/process/wait-until.ts';

function notice(command: string, changes: Partial<Notice> = {}): Notice & { dir: string } {
  const dir = mkdtempSync(join(tmpdir(), 'cs-notice-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const env = { PATH: process.env.PATH ?? '', HOME: dir };
  return {
    ...{ command, title: 'a title', text: 'a text', env, cwd: dir, umask: 0o022, delayMs: 0, dir },
    ...changes,
  };
}

function isAlive(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z';
  } catch {
    return false;
  }
}

test('success resolves to nothing, failure to its code and the end of its error output', async () => {
  expect(await runNotice(notice('true')).ended).toBeUndefined();
  expect(await runNotice(notice('exit 3')).ended).toBe('exit 3');
  expect(await runNotice(notice('printf "a\\033[2J\\nb" >&2; exit 1')).ended).toBe(
    'exit 1: a[2J b',
  );
  expect(await runNotice(notice('kill -9 $$')).ended).toBe('SIGKILL');
});

test('one that is not over in time is ended, and all that it has started', async () => {
  const slow = notice('sleep 1000 & echo $! > child; wait');
  // Long enough for the child to be there by then.
  const limit = runNotice(slow, 2_000).ended;
  const child = await waitUntil(
    () =>
      existsSync(join(slow.dir, 'child')) &&
      (Number(readFileSync(join(slow.dir, 'child'))) || undefined),
    { what: 'the child' },
  );
  expect(await limit).toBe('not over after 2 s');
  await waitUntil(() => !isAlive(child), { what: 'the child to be gone' });
});

test('one that prints errors without end is ended', async () => {
  // It may be killed in the middle of a word.
  expect(await runNotice(notice('yes "no" >&2')).ended).toMatch(/^it complains without end: .*no/);
});

test('it has the umask and directory of its session, and leaves no file of ours', async () => {
  const made = notice('umask > mask; : > made; pwd > dir');
  expect(await runNotice(made).ended).toBeUndefined();
  expect(readFileSync(join(made.dir, 'mask'), 'utf8')).toMatch(/0022/);
  expect(readdirSync(made.dir).sort()).toEqual(['dir', 'made', 'mask']);
  const gone = notice('[ "$(pwd)" = / ]', { cwd: join(made.dir, 'no-such') });
  expect(await runNotice(gone).ended).toBeUndefined();
});

test('without a desktop it says so', () => {
  const desktop = notice('desktop', { env: { PATH: '/no/such' } });
  expect(() => runNotice(desktop)).toThrow('notify-send or osascript');
});
