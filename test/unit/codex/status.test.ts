/** A session's status comes from what Codex said, and from nothing else. */
import { describe, expect, it } from 'vitest';
import { HISTORY_MAX, STARTING_MAX_MS, StatusTracker } from '../../../src/codex/status.ts';

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
    });
  });

  it('is unknown from the start on a terminal on which Codex is silent', () => {
    expect(new StatusTracker({ now: 0, silent: true }).current.status).toBe('unknown');
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
