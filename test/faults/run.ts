/** A seeded run: rounds of random use with random faults in it, and what must hold after each. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRoot, mountTiny } from '../support/attack/other-user.ts';
import { Rig } from '../support/rig/rig.ts';
import { Random } from '../support/screen/screen-streams.ts';
import { anyAction, command, Finding, logOf } from './actions.ts';
import type { Fault } from './fault.ts';
import { FAULT_BAG } from './faults.ts';
import { checkInvariants } from './invariants.ts';
import { REPORTING } from './program.ts';
import { World } from './world.ts';

/** Room for records and logs, and soon full. */
const DISK_KILOBYTES = 8 * 1024;
/** A round takes a fraction of a second; what waits within it says sooner for what, after a minute each. */
const ROUND_MAX_MS = 240_000;
/** Nothing that a round does takes so long: somebody has waited in vain, and went on. */
const ROUND_SLOW_MS = 10_000;

export interface FaultRunOptions {
  seed: number;
  rounds: number;
  /** The built command; the supervisor's bundle is in `../dist` of it. */
  bin: string;
  progress?: (round: number) => void;
  /** A round that took long, and its story. */
  onSlow?: (round: number, ms: number, story: string) => void;
}

export interface FaultRunReport {
  seed: number;
  rounds: number;
  faults: Record<string, number>;
  actions: number;
  maxRssBytes: number;
  slowestRoundMs: number;
}

/** @throws Error with seed, round, the round's story and the supervisor's log at the first finding. */
export async function faultRun(options: FaultRunOptions): Promise<FaultRunReport> {
  const disk = mkdtempSync(join(tmpdir(), 'cf-'));
  const ownDisk = isRoot;
  const unmount = ownDisk ? mountTiny(disk, DISK_KILOBYTES) : () => {};
  const before = process.env.TMPDIR;
  process.env.TMPDIR = disk;
  mkdirSync(disk, { recursive: true });
  // Deaths come faster here than anywhere else.
  const env = { CODEX_SESSIONS_SOON_MS: '0' };
  const rig = new Rig({ codex: REPORTING, bin: options.bin, env });
  if (before === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = before;
  rig.forgiveLeftovers();
  const script = join(options.bin, '..', '..', 'dist', 'supervisor.js');
  try {
    const world = new World(rig, new Random(options.seed), script, ownDisk);
    return await rounds(world, options);
  } finally {
    await rig.close();
    unmount();
    rmSync(disk, { recursive: true, force: true });
  }
}

async function rounds(world: World, options: FaultRunOptions): Promise<FaultRunReport> {
  const report: FaultRunReport = {
    seed: options.seed,
    rounds: 0,
    faults: {},
    actions: 0,
    maxRssBytes: 0,
    slowestRoundMs: 0,
  };
  await command(world, 'start', '-d');
  const [first] = await world.rig.list();
  if (!first) throw new Error('nothing has started');
  world.project = first.project;
  world.hash = first.hash;
  await checkInvariants(world);
  for (let round = 1; round <= options.rounds; round++) {
    const begun = performance.now();
    try {
      await withLimit(oneRound(world, report));
    } catch (error) {
      throw new Error(
        `seed ${options.seed}, round ${round}: ${(error as Error).message}\n--- round\n${world.story.join('\n')}\n--- log\n${logOf(world)}\n--- processes\n${world.rig.describe()}`,
        { cause: error },
      );
    }
    report.rounds = round;
    const ms = performance.now() - begun;
    report.slowestRoundMs = Math.max(report.slowestRoundMs, ms);
    if (ms > ROUND_SLOW_MS) options.onSlow?.(round, ms, world.story.join('\n'));
    report.maxRssBytes = world.maxRssBytes;
    options.progress?.(round);
  }
  return report;
}

async function oneRound(world: World, report: FaultRunReport): Promise<void> {
  const { random } = world;
  world.beginRound();
  const faults = Array.from({ length: random.int(3) }, () => random.pick(FAULT_BAG)).filter(
    ({ needsDisk }) => !needsDisk || world.ownDisk,
  );
  try {
    for (const fault of faults.filter(({ alone }) => alone)) await strike(world, fault, report);
    const together = faults.filter(({ alone }) => !alone);
    const actions = Array.from({ length: 2 + random.int(4) }, () => anyAction(world));
    report.actions += actions.length;
    const results = await Promise.allSettled([
      ...actions.map(async (action) => {
        await soon(random);
        await action(world);
      }),
      ...together.map(async (fault) => {
        await soon(random);
        await strike(world, fault, report);
      }),
    ]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  } finally {
    for (const heal of world.heal.splice(0).reverse()) await heal();
  }
  await checkInvariants(world);
}

async function strike(world: World, fault: Fault, report: FaultRunReport): Promise<void> {
  world.tell(`FAULT ${fault.name}`);
  report.faults[fault.name] = (report.faults[fault.name] ?? 0) + 1;
  try {
    await fault.run(world);
  } catch (error) {
    if (error instanceof Finding) throw error;
    // One fault may be in the way of another: what matters is what it does to the system.
    world.tell(`it did not come to that: ${(error as Error).message.split('\n')[0]}`);
  }
}

function soon(random: Random): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, random.int(40)));
}

async function withLimit(work: Promise<void>): Promise<void> {
  let limit: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    limit = setTimeout(
      () => reject(new Finding('the round does not come to an end')),
      ROUND_MAX_MS,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(limit);
  }
}
