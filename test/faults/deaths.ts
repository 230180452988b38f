/** The supervisor dies, by what ends processes: its sessions go on, unless its guard dies with it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { isAlive } from '../support/process/processes.ts';
import { guarded, guardsOf, loseSupervisor } from '../support/rig/successor.ts';
import { command, Finding } from './actions.ts';
import { type Fault, signal } from './fault.ts';
import type { KnownSession, World } from './world.ts';

const SIGNALS = ['SIGKILL', 'SIGSEGV', 'SIGABRT'] as const;
/** Longer than a successor waits for one that is gone, in case that it is not. */
const STOPPED_MAX_MS = 200;

const dies: Fault = {
  name: 'the supervisor dies',
  async run(world) {
    const pid = await world.supervisorPid();
    if (pid === undefined) return;
    const by = world.random.pick(SIGNALS);
    world.tell(`${pid} dies by ${by}`);
    world.died = true;
    signal(pid, by);
  },
};

const diesTwice: Fault = {
  name: 'the supervisor dies, and its successor',
  async run(world) {
    await dies.run(world);
    await wait(world.random.int(STOPPED_MAX_MS));
    await dies.run(world);
  },
};

const diesStopped: Fault = {
  name: 'the supervisor is stopped and dies',
  async run(world) {
    const pid = await world.supervisorPid();
    if (pid === undefined) return;
    world.died = true;
    signal(pid, 'SIGSTOP');
    await wait(world.random.int(STOPPED_MAX_MS));
    signal(pid, 'SIGKILL');
  },
};

const guardDies: Fault = {
  name: 'the guard dies',
  run(world) {
    const guard = world.random.pick(guardsOf(world.rig));
    if (!guard) return;
    world.tell(`the guard ${guard.pid} dies`);
    world.guardDied = true;
    signal(guard.pid, 'SIGKILL');
  },
};

const bothDie: Fault = {
  name: 'the supervisor dies with its guard',
  // What is lost comes back by a command, and that needs a disk that is in order.
  alone: true,
  async run(world) {
    if ((await world.supervisorPid()) === undefined) return;
    await lose(world);
    const before = [...world.sessions.values()];
    await world.rig.waitUntil(
      () => before.every(({ pid }) => !isAlive(pid)),
      'the programs to hear of it',
    );
    const recorded = before.filter((session) => isRecorded(world, session));
    if (!(await command(world, 'restore'))) throw new Finding('not all has been brought back');
    // The youngest would be lost if it died in this moment; without a record there is nothing to bring back.
    if (recorded.length > 0) await guarded(world.rig);
    world.sessions.clear();
    for (const [name, session] of await world.live()) world.sessions.set(name, session);
    for (const { fullName } of recorded)
      if (!world.sessions.has(fullName)) throw new Finding(`${fullName} has not come back`);
  },
};

/** Those whose records were damaged, or could not be written on a full disk, nobody can bring back. */
function isRecorded({ rig }: World, { fullName, pid }: KnownSession): boolean {
  try {
    const record = readFileSync(join(rig.stateDir, 'sessions', `${fullName}.json`), 'utf8');
    return JSON.parse(record).pid === pid;
  } catch {
    return false;
  }
}

async function lose(world: World): Promise<void> {
  for (const watcher of world.watchers) watcher.close();
  world.watchers.clear();
  for (const person of world.people) person.hurt = true;
  await loseSupervisor(world.rig);
}

/** With their weights. */
export const DEATHS: readonly (readonly [Fault, number])[] = [
  [dies, 12],
  [diesTwice, 3],
  [diesStopped, 4],
  [guardDies, 5],
  [bothDie, 2],
];
