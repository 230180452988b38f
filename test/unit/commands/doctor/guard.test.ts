/** What is said of each guard that a supervisor can tell of. */
import { describe, expect, test } from 'vitest';
import { checkGuard } from '../../../../src/commands/doctor/guard.ts';
import { deathsLine, guardLine } from '../../../../src/commands/shared/guard-words.ts';
import type { GuardInfo } from '../../../../src/protocol/messages.ts';

const AT = '2026-11-29T10:00:00.000Z';
const LATER = Date.parse(AT) + 5 * 60_000;
const on: GuardInfo = { state: 'on', pid: 4242, deaths: 0 };
const off = (reason: string): GuardInfo => ({ state: 'off', reason, deaths: 0 });
const check = (guard: GuardInfo | undefined, platform: NodeJS.Platform = 'linux') =>
  checkGuard(guard, '/s/supervisor.log', platform);

describe('in one line', () => {
  test.each<[GuardInfo | undefined, string]>([
    [on, 'guarded: the sessions go on if it dies (guard 4242)'],
    [
      { state: 'starting', deaths: 0 },
      'its guard is being started; until then the sessions end with it',
    ],
    [off('no /dev/shm'), 'not guarded: the sessions end with it (no /dev/shm)'],
    [{ state: 'off', deaths: 0 }, 'not guarded: the sessions end with it (it does not say why)'],
    [undefined, 'not guarded: the sessions end with it (it is of an earlier version)'],
  ])('%j', (guard, line) => expect(guardLine(guard)).toBe(line));

  test('deaths, and when', () => {
    expect(deathsLine(on, LATER)).toBeUndefined();
    expect(deathsLine(undefined, LATER)).toBeUndefined();
    const once = 'a supervisor died once, 5m ago, and the sessions went on';
    expect(deathsLine({ ...on, deaths: 1, lastDeathAt: AT }, LATER)).toBe(once);
    const often = 'a supervisor died 3 times, the last time 5m ago, and the sessions went on';
    expect(deathsLine({ ...on, deaths: 3, lastDeathAt: AT }, LATER)).toBe(often);
  });
});

describe('in doctor', () => {
  test('one that waits is well, and so is none where there cannot be one', () => {
    expect(check(on)).toEqual([
      { check: 'guard', level: 'ok', text: expect.stringContaining('pid 4242') },
    ]);
    for (const guard of [undefined, off('not on this system')])
      expect(check(guard, 'darwin')).toEqual([
        { check: 'guard', level: 'ok', text: expect.stringContaining('needs Linux') },
      ]);
  });

  test.each([
    ['open /dev/shm: ENOENT', /Mount a tmpfs/],
    ['ENOSPC: no space left on device, open /dev/shm', /Make room/],
    ['CODEX_SESSIONS_NO_GUARD is set', /without that variable/],
    ['three in a row have died', /supervisor\.log/],
  ])('none, as "%s", is a finding, with what to do', (reason, hint) => {
    const [found, ...others] = check(off(reason));
    expect(others).toEqual([]);
    expect(found).toMatchObject({ check: 'guard', level: 'finding' });
    expect(found?.text).toContain(reason);
    expect(found?.hint).toMatch(hint);
  });

  test('an earlier supervisor can be upgraded', () => {
    expect(check(undefined)[0]).toMatchObject({
      level: 'note',
      hint: 'codex-sessions supervisor upgrade',
    });
  });

  test('deaths are counted, with where to look', () => {
    const [, once] = check({ ...on, deaths: 1, lastDeathAt: AT });
    expect(once).toMatchObject({ level: 'note', hint: 'What ended it: see /s/supervisor.log' });
    expect(once?.text).toBe(`a supervisor died at ${AT}; the sessions went on`);
    const [, often] = check({ ...on, deaths: 2, lastDeathAt: AT });
    expect(often?.text).toBe(`2 supervisors have died, the last at ${AT}; the sessions went on`);
  });
});
