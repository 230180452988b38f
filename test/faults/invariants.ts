/** What must hold after every round, whatever was broken in it. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { PEEK_LINES_MAX } from '../../src/protocol/limits.ts';
import { isAlive } from '../support/process/processes.ts';
import { guarded } from '../support/rig/successor.ts';
import { checkStream, command, Finding } from './actions.ts';
import { Watcher } from './watcher.ts';
import { isGuard, type KnownSession, type Person, servesOrWill, type World } from './world.ts';

const MB = 1024 * 1024;
/** A dozen sessions with full screens, and what V8 has not collected. */
const RSS_MAX_BYTES = 300 * MB;
/** Data connections that nobody asked for are given up after 5 s. */
const SETTLE_MS = 60_000;
/** Besides terminals, connections and memory files: event loop, log, pipes, lock, libraries. */
const OTHER_FDS_MAX = 40;

export async function checkInvariants(world: World): Promise<void> {
  await nextCommandWorks(world);
  const live = await withoutKilled(world);
  world.tell(
    `live: ${[...live.values()].map(({ fullName, pid }) => `${fullName}=${pid}`).join(' ')}`,
  );
  nothingLost(world, live);
  world.sessions.clear();
  for (const [name, session] of live) world.sessions.set(name, session);
  if (world.died) for (const { pid } of live.values()) world.unsure.add(pid);
  const reported = new Map<number, string>();
  await clientsRead(world, reported);
  await sessionsAnswer(world, reported);
  await statusesAreRight(world, reported);
  if (world.died) await noteGaps(world);
  await peopleAreWell(world);
  await nothingLeaks(world);
  // What has just started would be lost by a death within its first 100 ms.
  if (live.size > 0) await guarded(world.rig);
}

/** Who follows a supervisor is not told of the ends of its children, and looks. */
async function withoutKilled(world: World): Promise<Map<string, KnownSession>> {
  for (const end = performance.now() + SETTLE_MS; ; await wait(50)) {
    const live = await world.live();
    const killed = [...live.values()].find(({ pid }) => world.killed.has(pid));
    if (!killed) return live;
    if (performance.now() > end) throw new Finding(`${killed.fullName} is listed, but was killed`);
  }
}

async function nextCommandWorks(world: World): Promise<void> {
  if (!(await command(world, 'ls', '--json')))
    throw new Finding('ls does not work although everything is in order again');
}

function nothingLost(world: World, live: ReadonlyMap<string, KnownSession>): void {
  if (world.allEnded) return;
  const names = new Map([...live.values()].map(({ fullName, pid }) => [pid, fullName]));
  for (const { fullName, pid } of world.sessions.values()) {
    const name = names.get(pid);
    if (name === fullName || world.ended.has(fullName)) continue;
    if (name !== undefined) throw new Finding(`${fullName} (${pid}) is called ${name}`);
    if (world.killed.has(pid)) continue;
    throw new Finding(
      `${fullName} (${pid}) is lost; its process is ${isAlive(pid) ? '' : 'not '}there`,
    );
  }
}

/** @param reported filled with the statuses that the programs have reported, by their pids */
async function clientsRead(world: World, reported: Map<number, string>): Promise<void> {
  for (const watcher of [...world.watchers]) {
    await watcher.settled();
    if (!watcher.isClosed) {
      try {
        reported.set(watcher.pid, await watcher.echo());
      } catch (error) {
        // Its session may have been renamed or ended in this very round.
        if (!watcher.isClosed) throw new Finding((error as Error).message);
      }
    }
    if (watcher.check.gap) world.tell(await modelOf(world, watcher.fullName));
    checkStream(watcher);
    if (!watcher.isClosed) continue;
    world.watchers.delete(watcher);
    watcher.close();
    const still = [...world.sessions.values()].find(({ pid }) => pid === watcher.pid);
    const excused = world.allEnded || world.detached || !still;
    if (!excused && !world.ended.has(watcher.fullName) && !world.ended.has(still.fullName))
      throw new Finding(`a client of ${watcher.fullName} was thrown out`);
  }
}

/** Whether the numbers are in the supervisor's own screen model: lost before it, or behind it. */
async function modelOf(world: World, fullName: string): Promise<string> {
  const all: string[] = [];
  for (const name of world.sessions.keys()) {
    const numbers = await numbersIn(world, name);
    const gaps = numbers.filter((n, i) => i > 0 && n !== (numbers[i - 1] ?? 0) + 1);
    all.push(`${name}: ${numbers[0]}–${numbers.at(-1)} gaps before ${gaps.join()}`);
  }
  return `gap in ${fullName}; the screens: ${all.join(', ')}`;
}

async function numbersIn(world: World, fullName: string): Promise<number[]> {
  const answer = await world
    .ask({ type: 'peek', fullName, lines: PEEK_LINES_MAX })
    .catch(() => ({}));
  const text = ((answer as { lines?: string[] }).lines ?? []).join('\n');
  return [...text.matchAll(/#(\d+);/g)].map((match) => Number(match[1]));
}

/** What a supervisor had read when it died is on no screen, and nobody is shown it later. */
async function noteGaps(world: World): Promise<void> {
  const allowsGap = (pid: number, from: number, to: number) => {
    world.noteGap(pid, from, to);
    return true;
  };
  for (const { fullName } of world.sessions.values()) {
    const around = { died: false, allowsGap };
    const watcher = await Watcher.attach(world.rig.socket, fullName, 80, 24, around);
    await watcher.echo();
    watcher.close();
  }
}

/** What a program has reported last is its status; it may be unknown only once a supervisor has died. */
async function statusesAreRight(
  world: World,
  reported: ReadonlyMap<number, string>,
): Promise<void> {
  const is = { idle: ['idle', 'done'], working: ['working'] } as Record<string, string[]>;
  for (const { fullName, pid, status } of (await world.live()).values()) {
    const last = reported.get(pid);
    if (last === undefined) continue;
    if (status === 'unknown' && world.unsure.has(pid)) continue;
    world.unsure.delete(pid);
    if (!is[last]?.includes(status))
      throw new Finding(`${fullName} (${pid}) has reported ${last}, and is called ${status}`);
  }
}

async function sessionsAnswer(world: World, reported: Map<number, string>): Promise<void> {
  const watched = new Set([...world.watchers].map(({ pid }) => pid));
  for (const { fullName, pid } of world.sessions.values()) {
    if (watched.has(pid)) continue;
    const { socket } = world.rig;
    const watcher = await Watcher.attach(socket, fullName, 80, 24, world).catch((error: Error) => {
      throw new Finding(`${fullName} cannot be attached to: ${error.message}`);
    });
    const status = await watcher.echo().catch((error: Error) => {
      throw new Finding(error.message);
    });
    reported.set(pid, status);
    checkStream(watcher);
    if (world.random.chance(30)) world.watchers.add(watcher);
    else watcher.close();
  }
}

/** Those who were hurt go; the others stay, with a supervisor or its successor. */
async function peopleAreWell(world: World): Promise<void> {
  for (const one of [...world.people]) {
    const { terminal, hurt, leaving } = one;
    const excused = hurt || leaving || mayHaveEnded(world, one);
    one.pid = world.sessions.get(one.fullName)?.pid;
    if (!hurt && !leaving && !terminal.ended) continue;
    world.people.delete(one);
    await terminal[Symbol.asyncDispose]();
    const code = terminal.ended?.code;
    const said = terminal.text().trim().split('\n').slice(-3).join(' | ');
    world.tell(`person ${terminal.pid} is gone: ${code} ${said}`);
    if (/\n {4}at .*:\d+:\d+/.test(terminal.text())) throw new Finding(`a client crashed: ${said}`);
    if (!excused) throw new Finding(`a person in ${one.fullName} was thrown out: ${said}`);
  }
}

function mayHaveEnded(world: World, { fullName, pid }: Person): boolean {
  const same = pid !== undefined && pid === world.sessions.get(fullName)?.pid;
  return !same || world.allEnded || world.detached || world.ended.has(fullName);
}

async function nothingLeaks(world: World): Promise<void> {
  let complaint = '';
  const end = performance.now() + SETTLE_MS;
  do {
    // A guard may give way to another one while it is looked at.
    complaint = await leak(world).catch((error: Error) => error.message);
    if (complaint === '') return;
    await wait(50);
  } while (performance.now() < end);
  throw new Finding(complaint);
}

async function leak(world: World): Promise<string> {
  const all = world.rig.processes();
  const guards = all.filter(isGuard);
  const supervisors = all.filter((one) => servesOrWill(one) && !isGuard(one));
  if (supervisors.length > 1) return `${supervisors.length} supervisors`;
  const guarded = world.sessions.size > 0 ? 1 : 0;
  if (guards.length !== guarded) return `${guards.length} guards, not ${guarded}`;
  const known = new Set([
    ...[...world.sessions.values()].map(({ pid }) => pid),
    ...[...world.people].map(({ terminal }) => terminal.pid),
    ...[...supervisors, ...guards].map(({ pid }) => pid),
  ]);
  const strays = all.filter(({ pid, parent }) => !known.has(pid) && !known.has(parent));
  const [stray] = strays;
  if (stray) return `a process is left: ${stray.pid} ${stray.command}`;
  const [supervisor] = supervisors;
  if (!supervisor) return world.sessions.size > 0 ? 'sessions without a supervisor' : '';
  for (const one of [supervisor, ...guards]) {
    const { terminals, memory, sockets, others } = descriptors(one.pid);
    const who = one === supervisor ? 'the supervisor' : 'the guard';
    const { size } = world.sessions;
    if (terminals !== size) return `${who} has ${terminals} terminals open for ${size} sessions`;
    if (memory > size + 1) return `${who} has ${memory} memory files open for ${size} sessions`;
    // Listener and lifeline; a guard has no connections.
    const most = 2 + (one === supervisor ? 2 * (world.watchers.size + world.people.size) : 0);
    if (sockets > most) return `${who} has ${sockets} sockets, not ${most}`;
    if (others > OTHER_FDS_MAX) return `${who} has ${others} other descriptors`;
  }
  const status = readFileSync(`/proc/${supervisor.pid}/status`, 'utf8');
  const rss = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  world.maxRssBytes = Math.max(world.maxRssBytes, rss);
  return rss > RSS_MAX_BYTES ? `the supervisor takes ${Math.round(rss / MB)} MB` : '';
}

/** Each thing once: a shell has some of what it inherits twice. */
function descriptors(pid: number) {
  const found = { terminals: new Set(), memory: new Set(), sockets: new Set(), others: 0 };
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    try {
      const to = readlinkSync(`/proc/${pid}/fd/${fd}`);
      if (/ptmx$/.test(to)) found.terminals.add(indexOf(pid, fd));
      else if (to.startsWith('/dev/shm/')) found.memory.add(to);
      else if (to.startsWith('socket:')) found.sockets.add(to);
      else found.others++;
    } catch {
      // It has just been closed.
    }
  }
  const { terminals, memory, sockets, others } = found;
  return { terminals: terminals.size, memory: memory.size, sockets: sockets.size, others };
}

/** Of a terminal, by its master's descriptor. */
function indexOf(pid: number, fd: string): string | undefined {
  return /^tty-index:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'))?.[1];
}
