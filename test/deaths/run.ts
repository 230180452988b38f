/** Death after death in one way, with everything checked after each. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mountTiny } from '../support/attack/other-user.ts';
import { describeSessions } from '../support/terminal/sessions-told.ts';
import { logTail } from '../support/terminal/show.ts';
import { describeFacts } from './facts.ts';
import { randomMoment } from './pace.ts';
import { type Recovery, recovery } from './recovery.ts';
import { type AtEnd, Scene, type SceneOptions } from './scene.ts';
import { told } from './supervisor-link.ts';
import { WAYS, type Way } from './ways.ts';

/** Room for records, logs and locks, and soon full. */
const DISK_KILOBYTES = 8 * 1024;

export interface DeathRunOptions extends Omit<SceneOptions, 'disk'> {
  /** Each is struck `times` times, one after the other, in the same scene. */
  readonly ways: readonly string[];
  readonly times: number;
  readonly progress?: (way: string, time: number, recovered: Recovery) => void;
}

export interface DeathRunReport {
  readonly seed: number;
  deaths: Record<string, number>;
  answeredMs: number[];
  seenMs: number[];
  /** Statuses that were not known, in all first answers. */
  unknown: number;
  turns: number;
  doubtfulPrompts: number;
  refusedPrompts: number;
  typedBytes: number;
  lostBytes: number;
  /** What the typist was told of lost keys. */
  toldOfKeys: readonly string[];
  events: Record<string, number>;
  maxRssMb: number;
}

/** @throws Error with seed, way, what is on the screens, log and kernel's facts at the first finding. */
export async function deathRun(options: DeathRunOptions): Promise<DeathRunReport> {
  const undo: (() => void | Promise<void>)[] = [];
  const atEnd: AtEnd = (work) => undo.unshift(work);
  const ways = options.ways.map(wayOf);
  const disk = ways.some(({ needsDisk }) => needsDisk) ? ownDisk(atEnd) : undefined;
  const result = await Scene.open({ ...options, disk }, atEnd)
    .then((scene) => allDeaths(scene, ways, options))
    .catch((error: Error) => error);
  const failures = result instanceof Error ? [result] : [];
  for (const work of undo) {
    try {
      await work();
    } catch (error) {
      failures.push(error as Error);
    }
  }
  // What went wrong first says more than what it has left behind.
  if (failures[0]) throw failures[0];
  return result as DeathRunReport;
}

function wayOf(name: string): Way {
  const way = WAYS.find((one) => one.name === name);
  if (!way) throw new Error(`no way ${name}; there are ${WAYS.map((one) => one.name).join(', ')}`);
  return way;
}

function ownDisk(atEnd: AtEnd): string {
  const disk = mkdtempSync(join(tmpdir(), 'cd-'));
  atEnd(() => rmSync(disk, { recursive: true, force: true }));
  atEnd(mountTiny(disk, DISK_KILOBYTES));
  return disk;
}

async function allDeaths(
  scene: Scene,
  ways: readonly Way[],
  options: DeathRunOptions,
): Promise<DeathRunReport> {
  const report = emptyReport(options.seed);
  let at = 'the beginning';
  try {
    await recovery(scene, { dead: [], at: performance.now() });
    for (const way of ways)
      for (let time = 1; time <= options.times; time++) {
        at = `${way.name} ${time}`;
        await oneDeath(scene, way, (recovered) => {
          note(report, way, recovered);
          options.progress?.(way.name, time, recovered);
        });
      }
    at = 'the end';
    await scene.finishTurns();
    scene.typist.stop();
    summarize(report, scene);
    return report;
  } catch (error) {
    throw new Error(
      `seed ${options.seed}, ${at}: ${(error as Error).message}\n${scene.describe()}\n${describeFacts(scene.rig)}${logTail(scene.rig.stateDir)}${describeSessions(scene.rig.env, scene.rig.stateDir)}`,
      { cause: error },
    );
  }
}

async function oneDeath(
  scene: Scene,
  way: Way,
  note: (recovered: Recovery) => void,
): Promise<void> {
  await randomMoment(scene.random);
  const struck = await way.strike(scene);
  if (scene.random.chance(50)) scene.person.type();
  try {
    note(await recovery(scene, struck));
  } finally {
    await struck.heal?.();
  }
  // What was healed may have renewed the guard.
  await scene.rig.waitUntil(async () => (await told(scene.rig)).guard?.state === 'on', 'a guard');
}

function emptyReport(seed: number): DeathRunReport {
  return {
    seed,
    deaths: {},
    answeredMs: [],
    seenMs: [],
    unknown: 0,
    turns: 0,
    doubtfulPrompts: 0,
    refusedPrompts: 0,
    typedBytes: 0,
    lostBytes: 0,
    toldOfKeys: [],
    events: {},
    maxRssMb: 0,
  };
}

function note(report: DeathRunReport, way: Way, recovered: Recovery): void {
  report.deaths[way.name] = (report.deaths[way.name] ?? 0) + 1;
  report.answeredMs.push(Math.round(recovered.answeredMs));
  report.seenMs.push(Math.round(recovered.seenMs));
  report.unknown += recovered.unknown.length;
  report.maxRssMb = Math.max(report.maxRssMb, recovered.supervisor.rssMb);
}

function summarize(report: DeathRunReport, scene: Scene): void {
  report.typedBytes = scene.typist.typedBytes;
  report.lostBytes = scene.typist.losses.reduce((sum, { text }) => sum + text.length, 0);
  report.toldOfKeys = scene.typist.told;
  report.turns = scene.turns.reduce((sum, { finished }) => sum + finished, 0);
  report.doubtfulPrompts = scene.turns.reduce((sum, { doubtful }) => sum + doubtful, 0);
  report.refusedPrompts = scene.turns.reduce((sum, { refused }) => sum + refused, 0);
  report.events = scene.events.kinds;
}
