/** How a supervisor comes to its end. Each is struck at a random moment, with everything going on. */
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from '../support/process/processes.ts';
import { Churn } from './actors/churn.ts';
import { supervisorsOf } from './facts.ts';
import { FILLS_ITS_HEAP } from './mortal-build.ts';
import type { Scene } from './scene.ts';
import { told } from './supervisor-link.ts';

export interface Way {
  readonly name: string;
  /** Needs a small file system in place of the state directory. */
  readonly needsDisk?: boolean;
  strike(scene: Scene): Promise<Struck>;
}

export interface Struck {
  readonly dead: readonly number[];
  /** Nobody had died by then, of `performance.now()`. */
  readonly at: number;
  /** What went on through the death comes to its end. */
  readonly settle?: () => Promise<void>;
  /** Once everything has recovered. */
  readonly heal?: () => Promise<void> | void;
}

/** An upgrade takes some 100 ms, on a busy machine several times as long. */
const UPGRADE_MAX_MS = 400;
/** Starts and kills go on for so long before the death, at most. */
const CHURN_MAX_MS = 600;
const BLOCK_BYTES = 4_096;

function bySignal(signal: NodeJS.Signals, name: string = signal): Way {
  return {
    name,
    async strike(scene) {
      const { pid } = await told(scene.rig);
      const at = performance.now();
      process.kill(pid, signal);
      await scene.rig.waitUntil(() => !isStill(scene, pid), `${pid} to die of ${name}`);
      return { dead: [pid], at };
    },
  };
}

/** The guard that takes over has another pid, so that the old one is gone. */
function isStill(scene: Scene, pid: number): boolean {
  return isAlive(pid) && supervisorsOf(scene.rig).some((one) => one.pid === pid);
}

/** Kills either of the two, at any step. */
const duringUpgrade: Way = {
  name: 'upgrade',
  async strike(scene) {
    // No program is read while its supervisor gives way.
    const at = performance.now();
    const upgraded = scene.rig.run(['supervisor', 'upgrade']);
    await pause(scene, UPGRADE_MAX_MS);
    const victim = scene.random.pick(supervisorsOf(scene.rig));
    if (victim && isAlive(victim.pid)) process.kill(victim.pid, 'SIGKILL');
    const { exitCode, stderr } = await upgraded;
    if (exitCode !== 0 && stderr.trimEnd().split('\n').length !== 2)
      throw new Error(`supervisor upgrade exited with ${exitCode}:\n${stderr}`);
    return { dead: victim ? [victim.pid] : [], at };
  },
};

const duringStartsAndKills: Way = {
  name: 'churn',
  async strike(scene) {
    const churn = new Churn(scene);
    await pause(scene, CHURN_MAX_MS);
    const { dead, at } = await bySignal('SIGKILL').strike(scene);
    return { dead, at, settle: () => churn.stop(), heal: () => churn.killAll() };
  },
};

const onFullDisk: Way = {
  name: 'disk',
  needsDisk: true,
  async strike(scene) {
    const filler = join(scene.rig.stateDir, 'filler');
    fill(filler);
    const { dead, at } = await bySignal('SIGKILL').strike(scene);
    return { dead, at, heal: () => rmSync(filler, { force: true }) };
  },
};

function fill(path: string): void {
  const fd = openSync(path, 'w');
  try {
    for (;;) writeSync(fd, Buffer.alloc(BLOCK_BYTES));
  } catch {
    // Until it is full.
  } finally {
    closeSync(fd);
  }
}

function pause({ random }: Scene, maxMs: number): Promise<void> {
  const ms = random.int(maxMs);
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export const WAYS: readonly Way[] = [
  bySignal('SIGKILL'),
  bySignal('SIGSEGV'),
  bySignal('SIGABRT'),
  bySignal(FILLS_ITS_HEAP, 'heap'),
  duringUpgrade,
  duringStartsAndKills,
  onFullDisk,
];
