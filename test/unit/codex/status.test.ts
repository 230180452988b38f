/** A session's status comes from what Codex said, and from nothing else. */
import { spawn } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  reportsItsStart,
  SilentWork,
  START_REST_MS,
  STARTING_MAX_MS,
  WORK_SAMPLE_MS,
} from '../../../src/codex/start-silence.ts';
import { StatusTracker } from '../../../src/codex/status.ts';
import { HISTORY_MAX } from '../../../src/codex/status-history.ts';
import { TITLE_ARGS } from '../../../src/codex/title.ts';
import { cpuTimeOf } from '../../../src/platform/cpu-time.ts';
import { waitUntil } from '../../support/process/wait-until.ts';

type Step = string | readonly ['seen'] | readonly ['watch', boolean] | readonly ['exited'];

const title = (state: string) => `${state} | proj | 01a2024a-a606-7e72-8925-99430...`;
const STARTING = title('⠋ Starting');
const READY = title('Ready');
const WORKING = title('⠸ Working');
const ASKING = title('[ ! ] Action Required');

/** Plays what Codex says (`state=…` are reports, the rest titles); the statuses it went through. */
function play(steps: readonly Step[], tracker = new StatusTracker({ now: 0 })): string[] {
  const told: string[] = [tracker.current.status];
  tracker.onChange = ({ status }) => {
    if (told.at(-1) !== status) told.push(status);
  };
  let now = 0;
  for (const step of steps) {
    now += 10;
    if (typeof step !== 'string') {
      if (step[0] === 'seen') tracker.seen(now);
      else if (step[0] === 'watch') tracker.watch(step[1], now);
      else tracker.exited(now);
    } else if (step.startsWith('state=')) tracker.onReport(step, now);
    else tracker.onTitle(step, now);
  }
  return told;
}

describe('a status', () => {
  it.each<readonly [string, readonly Step[], readonly string[]]>([
    [
      'of a turn with an approval, as 0.169 tells it',
      [
        ...['Ready | proj', 'state=idle', READY, STARTING, 'state=working', READY, 'state=idle'],
        ...['state=working', WORKING, 'state=blocked:app=codex:kind=permission', ASKING],
        ...[WORKING, 'state=working', READY, 'state=done'],
        ['seen'],
      ],
      ['starting', 'idle', 'starting', 'idle', 'working', 'blocked', 'working', 'done', 'idle'],
    ],
    [
      'of a turn as 0.163 tells it: idle after work',
      [READY, 'state=idle', 'state=working', WORKING, READY, 'state=idle', ['seen']],
      ['starting', 'idle', 'working', 'done', 'idle'],
    ],
    [
      'of a turn as 0.144 tells it: by the title',
      [READY, WORKING, ASKING, title('[ . ] Action Required'), WORKING, READY, ['seen'], READY],
      ['starting', 'idle', 'working', 'blocked', 'working', 'done', 'idle'],
    ],
    ['of a start in the title', [STARTING, READY], ['starting', 'idle']],
    [
      'of a start-up that is reported as work before the first idle',
      [STARTING, 'state=working', READY, 'state=idle'],
      ['starting', 'idle'],
    ],
    [
      'of a start-up whose title comes after the report',
      [READY, 'state=idle', 'state=working', STARTING, READY, 'state=idle'],
      ['starting', 'idle', 'working', 'starting', 'idle'],
    ],
    [
      'of a start-up without titles',
      ['state=working', 'state=idle'],
      ['starting', 'working', 'idle'],
    ],
    [
      'of a turn without titles',
      ['state=idle', 'state=working', 'state=idle'],
      ['starting', 'idle', 'working', 'done'],
    ],
    [
      'stays done until somebody has looked, whatever Codex calls it',
      ['state=idle', 'state=working', 'state=done', 'state=idle', READY],
      ['starting', 'idle', 'working', 'done'],
    ],
    [
      'is seen at once where somebody looks',
      [READY, 'state=idle', ['watch', true], WORKING, 'state=working', 'state=done', READY],
      ['starting', 'idle', 'working', 'done', 'idle'],
    ],
    [
      'stays idle when the title is set again after it was seen',
      ['state=idle', 'state=working', 'state=done', ['seen'], READY, WORKING, READY],
      ['starting', 'idle', 'working', 'done', 'idle'],
    ],
    ['by report wins over the title', ['state=idle', WORKING, ASKING], ['starting', 'idle']],
    [
      'of an error stays',
      ['state=idle', 'state=working', 'state=error', READY],
      ['starting', 'idle', 'working', 'error'],
    ],
    ['is not taken from other titles', ['vim', 'Working on it', ''], ['starting']],
    ['is not taken from bad reports', ['state=gone', 'state=done:msg=!'], ['starting']],
    ['is unknown after clear', ['state=idle', 'state=clear'], ['starting', 'idle', 'unknown']],
    ['ends with the process', ['state=working', ['exited']], ['starting', 'working', 'unknown']],
    [
      'done outlives the process',
      ['state=idle', 'state=working', 'state=done', ['exited']],
      ['starting', 'idle', 'working', 'done'],
    ],
    [
      'blocked below the root surfaces, and goes with its record',
      [
        READY,
        'state=working',
        WORKING,
        'state=blocked:id=sub/1:kind=question',
        'state=clear:id=sub',
      ],
      ['starting', 'idle', 'working', 'blocked', 'working'],
    ],
    [
      'without a root is that of the neediest record',
      ['state=done:id=a', 'state=working:id=b', 'state=error:id=c', 'state=clear:id=b'],
      ['starting', 'done', 'working', 'error'],
    ],
  ])('%s', (_why, steps, told) => {
    expect(play(steps)).toEqual(told);
  });

  it('says why it is blocked, since when, and when the question takes keys', () => {
    const tracker = new StatusTracker({ now: 0 });
    play([READY, 'state=working', WORKING], tracker);
    const msg = Buffer.from('May I \u202erun it?').toString('base64');
    tracker.onReport(`state=blocked:kind=permission:msg=${msg}`, 100);
    const blocked = {
      status: 'blocked',
      reason: 'permission',
      message: 'May I run it?',
      since: 100,
    };
    expect(tracker.current).toMatchObject({ ...blocked, source: 'osc7501', asking: false });
    tracker.onTitle(ASKING, 200);
    expect(tracker.current).toMatchObject({ ...blocked, asking: true });
    tracker.onReport('state=working', 300);
    expect(tracker.current).toEqual({
      ...{ status: 'working', since: 300, source: 'osc7501', seen: false, asking: false },
      turnSince: 20,
    });
  });

  it('tells since when a turn runs, whatever it waits for, and of what is none nothing', () => {
    const tracker = new StatusTracker({ now: 0 });
    const since = (report: string, now: number) => {
      tracker.onReport(report, now);
      const { current } = tracker;
      return [current.turnSince, current.since];
    };
    expect(since('state=idle', 10)).toEqual([undefined, 10]);
    expect(since('state=working', 20)).toEqual([20, 20]);
    expect(since('state=blocked:kind=permission', 30)).toEqual([20, 30]);
    expect(since('state=blocked:kind=question', 40)).toEqual([20, 30]);
    const successor = new StatusTracker({ now: 0 });
    successor.restore(tracker.dump());
    successor.onReport('state=working', 50);
    expect(successor.current).toMatchObject({ turnSince: 20, since: 50 });
    expect(since('state=done', 60)).toEqual([undefined, 60]);
    expect(since('state=working', 70)).toEqual([70, 70]);
    tracker.forget(80);
    expect(tracker.current.turnSince).toBeUndefined();
    expect(since('state=working', 90)).toEqual([90, 90]);
  });

  it('is unknown after a silence that is no start, until Codex speaks', () => {
    const tracker = new StatusTracker({ now: 0 });
    tracker.tick(STARTING_MAX_MS - 1);
    expect(tracker.current.status).toBe('starting');
    tracker.tick(STARTING_MAX_MS);
    expect(tracker.current).toMatchObject({ status: 'unknown', since: STARTING_MAX_MS });
    tracker.onReport('state=idle', STARTING_MAX_MS + 1);
    expect(tracker.current.status).toBe('idle');
    tracker.tick(10 * STARTING_MAX_MS);
    expect(tracker.current.status).toBe('idle');
  });

  describe('of a Codex that is known to report its start', () => {
    const started = () => {
      const tracker = new StatusTracker({ now: 0, reportsStart: true });
      const look = (now: number, firstAt = 300, lastAt = firstAt) =>
        tracker.tick(now, { firstAt, lastAt });
      return { tracker, look };
    };

    it('is a question once it has drawn and rests, until it speaks', () => {
      const { tracker, look } = started();
      expect(tracker.tick(0)).toBe(START_REST_MS);
      expect(look(START_REST_MS)).toBe(300);
      expect(look(START_REST_MS + 300, 300, 4_000)).toBe(3_700);
      expect(tracker.current.reason).toBeUndefined();
      expect(look(START_REST_MS + 300)).toBeUndefined();
      expect(tracker.current).toMatchObject({
        status: 'starting',
        reason: 'question',
        seen: false,
      });
      expect(tracker.current.since).toBe(START_REST_MS + 300);
      expect(look(STARTING_MAX_MS)).toBeUndefined();
      expect(tracker.history.map(({ source }) => source)).toEqual(['clock']);
      tracker.watch(true, 40_000);
      expect(tracker.current).toMatchObject({ reason: 'question', seen: true });
      tracker.onTitle('Ready | proj', 40_001);
      expect(tracker.current).toMatchObject({ status: 'idle', since: 40_001 });
      expect(tracker.current.reason).toBeUndefined();
    });

    it('rests longer on a machine on which the first text was late, but never for ever', () => {
      const { tracker, look } = started();
      expect(look(7_000, 1_000)).toBe(4_000);
      expect(look(11_000, 1_000)).toBeUndefined();
      expect(tracker.current.reason).toBe('question');
      const { tracker: drawing, look: lookAgain } = started();
      // 0.154 and older animate their first screen.
      expect(lookAgain(STARTING_MAX_MS - 10, 300, STARTING_MAX_MS - 20)).toBe(10);
      expect(lookAgain(STARTING_MAX_MS, 300, STARTING_MAX_MS - 10)).toBeUndefined();
      expect(drawing.current.reason).toBe('question');
    });

    it('starts for as long as it works', () => {
      const { tracker } = started();
      const shown = { firstAt: 300, lastAt: 300 };
      for (const works of [undefined, true, true])
        expect(tracker.tick(STARTING_MAX_MS, shown, () => works)).toBe(WORK_SAMPLE_MS);
      expect(tracker.tick(STARTING_MAX_MS, undefined, () => true)).toBe(WORK_SAMPLE_MS);
      expect(tracker.current).toMatchObject({ status: 'starting' });
      expect(tracker.current.reason).toBeUndefined();
      expect(tracker.tick(STARTING_MAX_MS, shown, () => false)).toBeUndefined();
      expect(tracker.current.reason).toBe('question');
    });

    it.runIf(process.platform === 'linux')(
      'works if it uses a processor, itself or by a child, also behind a shim',
      async () => {
        const works = 'while :; do :; done & wait';
        const busy = spawn('/bin/sh', ['-c', `sh -c '${works}' & wait`], { detached: true });
        const waiting = spawn('sleep', ['600']);
        try {
          const looks = [busy, waiting].map(({ pid }) => new SilentWork(pid ?? 0));
          let now = Date.now();
          expect(looks.map((one) => one.look(now))).toEqual([undefined, undefined]);
          expect(looks.map((one) => one.look(now + 10))).toEqual([undefined, undefined]);
          // However little of the machine it gets.
          const used = cpuTimeOf(busy.pid ?? 0) ?? 0;
          await waitUntil(() => (cpuTimeOf(busy.pid ?? 0) ?? 0) > used + WORK_SAMPLE_MS, {
            what: 'a second of processor time',
          });
          now += WORK_SAMPLE_MS;
          expect(looks.map((one) => one.look(now))).toEqual([true, false]);
          expect(new SilentWork(2 ** 30).look(now)).toBe(false);
        } finally {
          process.kill(-(busy.pid ?? 0), 'SIGKILL');
          waiting.kill('SIGKILL');
        }
      },
    );

    it('is unknown if it has not even drawn', () => {
      const { tracker } = started();
      expect(tracker.tick(STARTING_MAX_MS - 10)).toBe(10);
      expect(tracker.tick(STARTING_MAX_MS)).toBeUndefined();
      expect(tracker.current).toMatchObject({ status: 'unknown', source: 'none' });
      expect(tracker.current.reason).toBeUndefined();
    });

    it.each<[boolean, string | undefined, string[]]>([
      [true, '0.171.0', []],
      [true, '0.163.0', ['resume', 'an-id']],
      [true, '1.0.0', ['--no-daemon', 'fix it']],
      [true, '0.154.0', [...TITLE_ARGS]],
      [false, '0.154.0', ['-c', 'tui.terminal_title=[]']],
      [false, '0.171.0', ['login']],
      [false, '0.171.0', ['exec', 'fix it']],
      [false, undefined, []],
    ])('%s: %s %j', (reports, version, args) => {
      expect(reportsItsStart(version, args)).toBe(reports);
    });
  });

  it('tells every one of a thousand quick changes, in order', () => {
    const tracker = new StatusTracker({ now: 0 });
    const steps = Array.from({ length: 1_000 }, (_, n) =>
      n % 2 ? 'state=working' : 'state=error',
    );
    expect(play(steps, tracker).slice(1)).toEqual(steps.map((step) => step.slice(6)));
  });
});

describe('the story of a status', () => {
  it('holds the last reports, fit to be shown, and no frames of the spinner', () => {
    const tracker = new StatusTracker({ now: 0 });
    play([title('⠋ Working'), title('⠙ Working'), 'state=idle:app=\x1b[2J', ['seen']], tracker);
    expect(tracker.history.map(({ source, said, status }) => [source, said, status])).toEqual([
      ['title', title('⠋ Working'), 'working'],
      ['osc7501', 'state=idle:app=[2J', 'done'],
      ['client', 'seen', 'idle'],
    ]);
    for (let n = 0; n < 100; n += 1) tracker.onReport(`state=working:progress=${n}`, n);
    expect(tracker.history).toHaveLength(HISTORY_MAX);
    expect(tracker.history.at(-1)?.said).toBe('state=working:progress=99');
  });
});

it('where nothing is said after that, the record tells of the rest, and of nothing else', () => {
  const tracker = new StatusTracker({ now: 0 });
  play([READY, 'state=idle', 'state=working', WORKING], tracker);
  tracker.rests(90);
  expect(tracker.current.status).toBe('working');
  tracker.forget(100);
  tracker.rests(200);
  expect(tracker.current).toMatchObject({ status: 'done', source: 'record' });
  tracker.seen(210);
  tracker.forget(300);
  tracker.rests(400);
  expect(tracker.current).toMatchObject({ status: 'idle', source: 'record' });
  expect(play(['state=working', 'state=idle'], tracker)).toEqual(['idle', 'working', 'done']);
  // It may ask something before it begins.
  const starting = new StatusTracker({ now: 0 });
  starting.forget(100);
  starting.rests(200);
  expect(starting.current.status).toBe('unknown');
});

it('where reports may have been missed, the next one counts, whatever it says', () => {
  const tracker = new StatusTracker({ now: 0 });
  play([READY, 'state=idle', 'state=working', WORKING], tracker);
  tracker.forget(100);
  expect(play(['state=working', 'state=idle'], tracker)).toEqual(['unknown', 'working', 'done']);
  tracker.seen(190);
  tracker.forget(200);
  expect(play(['state=idle'], tracker)).toEqual(['unknown', 'idle']);
});
