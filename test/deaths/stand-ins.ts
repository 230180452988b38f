/** Hundreds of sessions whose supervisor dies: how long until it answers, and until all are there. */

import { PROGRAM } from '../faults/program.ts';
import { answerTo, Watcher } from '../faults/watcher.ts';
import { RawControl } from '../support/process/raw-client.ts';
import { Rig } from '../support/rig/rig.ts';
import { Random } from '../support/screen/screen-streams.ts';
import { guardsOf, usageOf } from './facts.ts';
import { NO_LIMIT, randomMoment } from './pace.ts';
import { told, toldBySuccessor } from './supervisor-link.ts';

/** Nothing that is measured is judged, but by this. */
const ALL_LISTED_MAX_MS = 30_000;
const STARTS_AT_ONCE = 4;

export interface StandInDeath {
  readonly answeredMs: number;
  readonly allListedMs: number;
  /** Until a program has given back what was typed into it. */
  readonly echoMs: number;
  readonly rssMb: number;
  readonly guardRssMb: number;
}

export interface StandInOptions {
  readonly seed: number;
  readonly bin: string;
  readonly sessions: number;
  readonly times: number;
  readonly progress?: (death: StandInDeath) => void;
}

/** @throws Error when a session is lost, or all take longer than {@link ALL_LISTED_MAX_MS}. */
export async function standInDeaths(options: StandInOptions): Promise<StandInDeath[]> {
  const rig = new Rig({ codex: PROGRAM, bin: options.bin, env: NO_LIMIT });
  const random = new Random(options.seed);
  const deaths: StandInDeath[] = [];
  try {
    const pids = await startAll(rig, options.sessions);
    for (let time = 1; time <= options.times; time++) {
      await randomMoment(random);
      const death = await oneDeath(rig, random, pids);
      deaths.push(death);
      options.progress?.(death);
    }
    return deaths;
  } finally {
    await rig.close();
  }
}

/** @returns pids by full name */
async function startAll(rig: Rig, count: number): Promise<ReadonlyMap<string, number>> {
  await rig.ok(['start', '-d', 'n0']);
  const [first] = await rig.list();
  if (!first) throw new Error('nothing has started');
  const control = await RawControl.open(rig.socket);
  const { project, hash, root } = first;
  const file = rig.env.CODEX_SESSIONS_CODEX ?? '';
  let next = 1;
  const take = async () => {
    while (next < count) {
      const name = `n${next++}`;
      const fullName = `codex:${project}:${name}:${hash}`;
      const env = { PATH: process.env.PATH ?? '/bin:/usr/bin', ...rig.env };
      const place = { fullName, project, name, hash, root, cwd: root, env };
      const spec = { ...place, file, args: [], userArgs: [], umask: 0o022, scrollback: 1_000 };
      await answerTo(control, { type: 'start', spec });
      control.forget();
    }
  };
  await Promise.all(Array.from({ length: STARTS_AT_ONCE }, take));
  control.close();
  await guarded(rig);
  const { sessions } = await told(rig);
  return new Map(sessions.map(({ fullName, pid }) => [fullName, pid]));
}

async function oneDeath(
  rig: Rig,
  random: Random,
  pids: ReadonlyMap<string, number>,
): Promise<StandInDeath> {
  const { pid } = await told(rig);
  const begun = performance.now();
  process.kill(pid, 'SIGKILL');
  await toldBySuccessor(rig, new Set([pid]));
  const answeredMs = performance.now() - begun;
  const last = await rig.waitUntil(
    async () => {
      const now = await told(rig);
      const there = new Map(now.sessions.map((one) => [one.fullName, one.pid]));
      return [...pids].every(([name, its]) => there.get(name) === its) && now;
    },
    'all sessions to be listed',
    ALL_LISTED_MAX_MS,
  );
  const allListedMs = performance.now() - begun;
  const watcher = await Watcher.attach(rig.socket, random.pick([...pids.keys()]));
  await watcher.echo();
  const echoMs = performance.now() - begun;
  watcher.close();
  const guard = await guarded(rig);
  const [rssMb, guardRssMb] = [usageOf(last.pid).rssMb, usageOf(guard).rssMb];
  return { answeredMs, allListedMs, echoMs, rssMb, guardRssMb };
}

/** @returns the pid of the only guard */
async function guarded(rig: Rig): Promise<number> {
  return rig.waitUntil(async () => {
    const { guard } = await told(rig);
    const guards = guardsOf(rig);
    return (
      guard?.state === 'on' && guards.length === 1 && guards[0]?.pid === guard.pid && guard.pid
    );
  }, 'one guard');
}
