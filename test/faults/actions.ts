/** What users do, at random. Each may fail, but only with a sentence. */
import { readFileSync } from 'node:fs';
import { Watcher } from './watcher.ts';
import type { World } from './world.ts';

/** People cost two processes each. */
const PEOPLE_MAX = 2;
const SESSIONS_WANTED = 4;
const WATCHERS_MAX = 8;
/** Terminals of one size share a stream; one of another size is shown a scaled view. */
const USUAL_SIZE = [80, 24] as const;
const OTHER_SIZE = [101, 37] as const;

let typed = 0;

export type Action = (world: World) => Promise<void>;

/** A command of ours either works or says in two lines what is wrong and what to do. */
export async function command(world: World, ...args: string[]): Promise<boolean> {
  const { exitCode, stderr } = await world.rig.run(args);
  world.tell(
    `codex-sessions ${args.join(' ')} → ${exitCode} ${stderr.trim().replaceAll('\n', ' | ')}`,
  );
  if (exitCode === 0) return true;
  const lines = stderr.trimEnd().split('\n');
  if (lines.length !== 2 || /\n {4}at /.test(stderr))
    throw new Finding(`codex-sessions ${args.join(' ')} exited ${exitCode} with:\n${stderr}`);
  return false;
}

/** Something that must not be, whatever was broken. */
export class Finding extends Error {}

async function wire(world: World, what: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
    world.tell(what);
  } catch (error) {
    world.tell(`${what}: ${(error as Error).message.split('\n')[0]}`);
  }
}

const start: Action = async (world) => {
  const name = world.name();
  await command(world, 'start', '-d', name);
};

const attach: Action = async (world) => {
  const session = world.anySession();
  if (!session || world.watchers.size >= WATCHERS_MAX) return start(world);
  await wire(world, `attach ${session.fullName}`, async () => {
    const { random } = world;
    const [cols, rows] = random.chance(85) ? USUAL_SIZE : OTHER_SIZE;
    world.watchers.add(await Watcher.attach(world.rig.socket, session.fullName, cols, rows, world));
  });
};

const person: Action = async (world) => {
  if (world.people.size >= PEOPLE_MAX) return flood(world);
  const name = world.name();
  const terminal = world.rig.open(['start', name], { cols: 80, rows: 24 });
  world.people.add({ terminal, fullName: world.fullName(name), hurt: false });
  world.tell(`a person starts ${name} as ${terminal.pid}`);
  const shown = terminal.waitForRaw(/#\d+;/, { timeout: 20_000 });
  await Promise.race([shown, terminal.exit]).catch(() => {
    world.tell(`person ${terminal.pid} waits in vain:\n${terminal.describe()}\n${logOf(world)}`);
  });
};

const type: Action = async (world) => {
  const watcher = world.random.pick([...world.watchers]);
  world.tell(`type in ${watcher?.fullName}`);
  watcher?.send(`typed${++typed}\n`);
};

const turn: Action = async (world) => {
  const watcher = world.random.pick([...world.watchers]);
  const status = world.random.pick(['working', 'working', 'idle']);
  world.tell(`${status} in ${watcher?.fullName}`);
  watcher?.send(`\n${status}\n`);
};

const flood: Action = async (world) => {
  const watcher = world.random.pick([...world.watchers]);
  const lines = 1 + world.random.int(2_000);
  watcher?.send(`\nflood${lines}\n`);
  world.tell(`flood of ${lines} in ${watcher?.fullName}`);
};

const resize: Action = async (world) => {
  const watcher = world.random.pick([...world.watchers]);
  world.tell(`resize ${watcher?.fullName}`);
  const [cols, rows] = world.random.chance(70) ? USUAL_SIZE : OTHER_SIZE;
  watcher?.resize(cols, rows);
};

const detach: Action = async (world) => {
  const watcher = world.random.pick([...world.watchers]);
  if (!watcher) return;
  world.watchers.delete(watcher);
  await wire(world, `leave ${watcher.fullName}`, () =>
    Promise.race([watcher.leave(), new Promise((resolve) => setTimeout(resolve, 2_000))]),
  );
  watcher.close();
  checkStream(watcher);
};

const detachOthers: Action = async (world) => {
  const session = world.anySession();
  if (!session) return;
  world.detached = true;
  await wire(world, `detach all of ${session.fullName}`, () =>
    world.ask({ type: 'detach', fullName: session.fullName }),
  );
};

const personLeaves: Action = async (world) => {
  const [one] = world.people;
  if (!one || one.hurt) return;
  // Left in the list: it must be gone by itself at the end of the round.
  one.leaving = true;
  one.terminal.press('ctrl+\\');
  world.tell(`person ${one.terminal.pid} presses the detach key`);
};

const personSwitches: Action = async (world) => {
  const [one] = world.people;
  if (!one || one.hurt) return;
  one.leaving = true;
  one.terminal.press('ctrl+^');
  await new Promise((resolve) => setTimeout(resolve, 60));
  one.terminal.press(world.random.pick(['enter', 'down']), 'enter');
  world.tell(`person ${one.terminal.pid} switches`);
};

const switchSession: Action = async (world) => {
  await detach(world);
  await attach(world);
};

const kill: Action = async (world) => {
  const session = world.anySession();
  if (!session || world.sessions.size < SESSIONS_WANTED / 2) return start(world);
  world.ended.add(session.fullName);
  if (world.random.chance(20)) await command(world, 'kill', session.fullName);
  else
    await wire(world, `kill ${session.fullName}`, () =>
      world.ask({ type: 'kill', fullNames: [session.fullName], graceMs: 200 }),
    );
};

const rename: Action = async (world) => {
  const session = world.anySession();
  if (!session) return;
  const name = world.name();
  world.ended.add(session.fullName).add(world.fullName(name));
  if (world.random.chance(20)) await command(world, 'rename', session.fullName, name);
  else
    await wire(world, `rename ${session.fullName} to ${name}`, () =>
      world.ask({ type: 'rename', fullName: session.fullName, name }),
    );
};

const upgrade: Action = async (world) => {
  if (world.random.chance(30)) {
    await command(world, 'supervisor', 'upgrade');
    return;
  }
  await wire(world, 'hand-over', () =>
    world.ask({ type: 'hand-over', node: process.execPath, script: world.supervisorScript }),
  );
};

const ACTIONS: readonly [Action, number][] = [
  [start, 16],
  [attach, 18],
  [person, 4],
  [type, 14],
  [turn, 10],
  [flood, 12],
  [resize, 10],
  [detach, 7],
  [detachOthers, 3],
  [personLeaves, 2],
  [personSwitches, 1],
  [switchSession, 6],
  [kill, 6],
  [rename, 5],
  [upgrade, 6],
];
const BAG = ACTIONS.flatMap(([action, weight]) => Array.from({ length: weight }, () => action));

export function anyAction(world: World): Action {
  if (world.sessions.size < 2) return start;
  return world.random.pick(BAG);
}

export function checkStream(watcher: Watcher): void {
  if (watcher.check.gap)
    throw new Finding(`output is missing in ${watcher.fullName}: ${watcher.check.gap}`);
  watcher.check.gap = undefined;
  if (watcher.check.doubled) throw new Finding(`${watcher.fullName}: ${watcher.check.doubled}`);
}

/** The end of the supervisor's log. */
export function logOf(world: World): string {
  try {
    return readFileSync(`${world.rig.stateDir}/supervisor.log`, 'utf8').slice(-6_000);
  } catch {
    return '(none)';
  }
}
