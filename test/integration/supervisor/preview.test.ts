/** A session's screen is shown to whoever asks, who is no client of it and costs nobody anything. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { activityOf } from '../../../bench/processes.ts';
import type { PreviewNotice, ScreenCapture } from '../../../src/protocol/messages.ts';
import { RawControl } from '../../support/process/raw-client.ts';
import { createReporter } from '../../support/rig/reporter.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';

/** Gives back what is typed, or floods: with short lines, with a colour for each cell, or without new lines. */
const PROGRAM = `case "$*" in
*colours*) exec awk 'BEGIN { for (;; n++) { for (i = 0; i < 110; i++) printf "\\033[38;2;%d;%d;%dmx", i, n % 256, 9; print "" } }' ;;
*addressed*) stty raw; exec yes "$(printf '\\033[Kflood\\r')" ;;
*flood*) exec seq 1 1000000000 ;;
*) stty raw -echo; printf 'ready\\r\\n'; exec cat ;;
esac`;

/** A connection with a preview. */
class Watching {
  readonly control: RawControl;
  /** When each picture came. */
  readonly times: number[] = [];

  constructor(control: RawControl) {
    this.control = control;
    let seen = 0;
    control.socket.on('data', () => {
      const { length } = this.notices;
      for (; seen < length; seen++) this.times.push(performance.now());
    });
  }

  static async open(rig: Rig, fullName: string, size = { cols: 80, rows: 20 }): Promise<Watching> {
    const watching = new Watching(await RawControl.open(rig.socket));
    await watching.control.ask({ type: 'preview', fullName, ...size }, 'done');
    return watching;
  }

  get notices(): PreviewNotice[] {
    return this.control.messages().filter(({ type }) => type === 'preview') as never;
  }

  get pictures(): ScreenCapture[] {
    return this.notices.flatMap((notice) => ('picture' in notice ? [notice.picture] : []));
  }

  get last(): string {
    return this.pictures.at(-1)?.lines.join('\n') ?? '';
  }

  shows(rig: Rig, text: string): Promise<unknown> {
    return rig.waitUntil(() => this.last.includes(text), `a picture of ${text}`);
  }
}

async function startOne(rig: Rig, ...options: string[]): Promise<string> {
  await rig.ok(['start', '-d', 'one', ...(options.length > 0 ? ['--', ...options] : [])]);
  return (await rig.list())[0]?.fullName ?? '';
}

function typeInto(watching: Watching, fullName: string, text: string): Promise<unknown> {
  const bytes = Buffer.from(text).toString('base64');
  return watching.control.ask({ type: 'type', fullName, bytes }, 'done');
}

test('the first picture comes at once, others when the screen changes', async () => {
  const rig = createRig({ codex: PROGRAM });
  const fullName = await startOne(rig);
  const watching = await Watching.open(rig, fullName, { cols: 9, rows: 3 });
  await watching.shows(rig, 'ready');
  expect(watching.pictures.at(-1)).toEqual({
    ...{ cols: 120, rows: 40, above: 0 },
    ...{ lines: ['ready'], cursor: null },
  });
  await typeInto(watching, fullName, '\x1b[31mred\x1b[m, cut here');
  await watching.shows(rig, 'red');
  expect(watching.pictures.at(-1)?.lines).toEqual(['ready', '\x1b[0;31mred\x1b[m, cut\x1b[m']);
  await typeInto(watching, fullName, '\r\n\r\n3\r\n4\r\nab');
  await watching.shows(rig, 'ab');
  expect(watching.pictures.at(-1)).toMatchObject({
    ...{ lines: ['3', '4', 'ab'], above: 3, cursor: { x: 2, y: 2 } },
  });
  await typeInto(watching, fullName, '\x1b]8;;http://x\x1b\\link\x1b[?25l');
  await watching.shows(rig, 'link');
  expect(watching.pictures.at(-1)).toMatchObject({ lines: ['3', '4', 'ablink'], cursor: null });
});

test('in the middle of a synchronized update it waits for the end of that', async () => {
  const rig = createRig({ codex: PROGRAM });
  const fullName = await startOne(rig);
  const watching = await Watching.open(rig, fullName);
  await watching.shows(rig, 'ready');
  await typeInto(watching, fullName, '\x1b[?2026h\x1b[2J\x1b[Hhalf');
  await typeInto(watching, fullName, ' and whole\x1b[?2026l');
  await watching.shows(rig, 'half and whole');
  expect(watching.pictures.map(({ lines }) => lines.join())).not.toContain('half');
});

test('a flood is shown ten times a second at most', async () => {
  const rig = createRig({ codex: PROGRAM });
  const watching = await Watching.open(rig, await startOne(rig, 'flood'));
  await rig.waitUntil(() => watching.times.length > 30, 'thirty pictures');
  const [first = 0] = watching.times;
  // The first may have come late, and the last cannot have come early.
  expect((watching.times[30] ?? 0) - first).toBeGreaterThan(2_800);
  const numbers = watching.pictures.map(({ lines }) => Number(lines.at(-2)));
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
});

test('what has to be parsed is shown as soon as it is', async () => {
  const rig = createRig({ codex: PROGRAM });
  const watching = await Watching.open(rig, await startOne(rig, 'addressed'));
  await rig.waitUntil(() => watching.last.includes('flood'), 'a picture');
});

test('whoever moves on gets no more pictures for that', async () => {
  const rig = createRig({ codex: PROGRAM });
  const one = await startOne(rig);
  await rig.ok(['start', '-d', 'two']);
  const two = one.replace(':one:', ':two:');
  const watching = await Watching.open(rig, one);
  await watching.shows(rig, 'ready');
  for (let n = 0; n < 20; n++)
    await watching.control.ask({ type: 'preview', fullName: n % 2 ? one : two }, 'done');
  await typeInto(watching, one, 'only this');
  await watching.shows(rig, 'only this');
  expect(watching.notices.at(-1)?.fullName).toBe(one);
  const [first = 0] = watching.times;
  const took = (watching.times.at(-1) ?? 0) - first;
  expect(watching.times.length).toBeLessThanOrEqual(2 + took / 90);

  await watching.control.ask({ type: 'preview', fullName: null }, 'done');
  const { length } = watching.notices;
  await typeInto(watching, one, ' and not that');
  const other = await Watching.open(rig, one);
  await other.shows(rig, 'and not that');
  expect(watching.notices).toHaveLength(length);
});

test('it wakes nobody while nothing happens', async () => {
  const rig = createRig({ codex: PROGRAM });
  const watching = await Watching.open(rig, await startOne(rig));
  await watching.shows(rig, 'ready');
  const pids = [rig.supervisorPid() ?? 0];
  // A start is followed by some work: garbage, lines to be packed, a startup snapshot.
  await rig.waitUntil(async () => {
    const before = activityOf(pids).switches;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    return activityOf(pids).switches === before;
  }, 'two seconds without a wake-up');
});

test('who does not read is sent nothing more, and then the newest', async () => {
  const rig = createRig({ codex: PROGRAM });
  const fullName = await startOne(rig, 'colours');
  const watching = await Watching.open(rig, fullName, { cols: 120, rows: 40 });
  await rig.waitUntil(() => watching.times.length > 2, 'pictures');
  const bytes = watching.control.heard().length / watching.times.length;
  watching.control.socket.pause();
  const before = watching.times.length;
  const reading = await Watching.open(rig, fullName, { cols: 120, rows: 40 });
  await rig.waitUntil(() => reading.times.length > 40, 'forty pictures of another');
  watching.control.socket.resume();
  // All that was queued comes before the answer.
  await watching.control.ask({ type: 'list' }, 'sessions');
  const queued = watching.notices.length - before;
  // As much as the kernel holds for a socket, and one in hand.
  expect(bytes).toBeGreaterThan(20_000);
  expect(queued).toBeLessThan(20);
});

test('a flood costs the supervisor as much as without', async () => {
  const bytes = 30_000_000;
  const rig = createRig({
    codex: `stty raw -echo; echo ready; while read n; do yes "$(printf 'flood %60s\\r' x)" | head -c ${bytes}; touch "$HOME/$n"; done`,
  });
  const fullName = await startOne(rig);
  const watching = await Watching.open(rig, fullName);
  await watching.shows(rig, 'ready');
  const pids = [rig.supervisorPid() ?? 0];
  const cpuMs = { with: 0, without: 0 };
  for (let n = 0; n < 6; n++) {
    const shown = n % 2 === 1;
    await watching.control.ask({ type: 'preview', fullName: shown ? fullName : null }, 'done');
    const before = activityOf(pids).cpuMs;
    await typeInto(watching, fullName, `${n}\n`);
    await rig.waitUntil(() => existsSync(join(rig.home, `${n}`)), 'the end of a flood');
    cpuMs[shown ? 'with' : 'without'] += activityOf(pids).cpuMs - before;
  }
  expect(watching.pictures.length).toBeGreaterThan(3);
  expect(cpuMs.with / cpuMs.without, JSON.stringify(cpuMs)).toBeLessThan(1.5);
});

test('it is no client: nothing is seen, resized or counted', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  const fullName = await reporter.start('one');
  await reporter.report('one', 'state=working', 'state=done');
  await reporter.status('one', 'done');
  const [before] = await rig.list();
  const watching = await Watching.open(rig, fullName, { cols: 30, rows: 5 });
  await watching.shows(rig, 'reporter ready');
  const [after] = await rig.list();
  expect(after).toEqual(before);
  expect(after).toMatchObject({ clients: 0, seen: false });
  expect(watching.pictures.at(-1)).toMatchObject({ cols: 120, rows: 40 });
});

test('a renamed session goes on under its name, another size is told, the end too', async () => {
  const rig = createRig({ codex: PROGRAM });
  const fullName = await startOne(rig);
  const watching = await Watching.open(rig, fullName);
  await watching.shows(rig, 'ready');
  await rig.ok(['rename', 'one', 'other']);
  const other = fullName.replace(':one:', ':other:');
  await rig.waitUntil(() => watching.notices.at(-1)?.fullName === other, 'the name');
  const terminal = rig.open(['attach', 'other'], { cols: 60, rows: 15 });
  await terminal.waitFor('ready');
  await rig.waitUntil(() => watching.pictures.at(-1)?.cols === 60, 'the size');
  await rig.ok(['kill', 'other', '-y']);
  await watching.control.waitFor({ type: 'preview', fullName: other, ended: true });
  const id = 1_000;
  watching.control.say({ type: 'preview', id, fullName: other });
  expect(await watching.control.waitFor({ id })).toMatchObject({ code: 'no-such-session' });
  await terminal.waitForExit();
});

test('an upgrade is not noticed', async () => {
  const rig = createRig({ codex: PROGRAM });
  const fullName = await startOne(rig);
  const watching = await Watching.open(rig, fullName);
  await watching.shows(rig, 'ready');
  await rig.ok(['supervisor', 'upgrade']);
  await typeInto(watching, fullName, 'typed since');
  await watching.shows(rig, 'typed since');
});
