/** What must hold after every round, whatever was broken in it. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { isAlive } from '../support/process/processes.ts';
import { checkStream, command, Finding } from './actions.ts';
import { Watcher } from './watcher.ts';
import { type KnownSession, SUPERVISOR, type World } from './world.ts';

const MB = 1024 * 1024;
/** A dozen sessions with full screens, and what V8 has not collected. */
const RSS_MAX_BYTES = 300 * MB;
/** Data connections that nobody asked for are given up after 5 s. */
const SETTLE_MS = 60_000;
/** Besides terminals and connections: event loop, log, pipes, lock, libraries. */
const OTHER_FDS_MAX = 40;

export async function checkInvariants(world: World): Promise<void> {
  await nextCommandWorks(world);
  const live = await world.live();
  world.tell(
    `live: ${[...live.values()].map(({ fullName, pid }) => `${fullName}=${pid}`).join(' ')}`,
  );
  nothingLost(world, live);
  world.sessions.clear();
  for (const [name, session] of live) world.sessions.set(name, session);
  await clientsRead(world);
  await sessionsAnswer(world);
  await peopleAreWell(world);
  await nothingLeaks(world);
}

async function nextCommandWorks(world: World): Promise<void> {
  if (!(await command(world, 'ls', '--json')))
    throw new Finding('ls does not work although everything is in order again');
}

function nothingLost(world: World, live: ReadonlyMap<string, KnownSession>): void {
  if (world.allEnded) return;
  const pids = new Set([...live.values()].map(({ pid }) => pid));
  for (const { fullName, pid } of world.sessions.values()) {
    if (pids.has(pid) || world.killed.has(pid) || world.ended.has(fullName)) continue;
    throw new Finding(
      `${fullName} (${pid}) is lost; its process is ${isAlive(pid) ? '' : 'not '}there`,
    );
  }
}

async function clientsRead(world: World): Promise<void> {
  for (const watcher of [...world.watchers]) {
    if (!watcher.isClosed) {
      try {
        await watcher.echo();
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
    const answer = await world
      .ask({ type: 'peek', fullName: name, lines: 5_000 })
      .catch(() => ({}));
    const text = ((answer as { lines?: string[] }).lines ?? []).join('\n');
    const numbers = [...text.matchAll(/#(\d+);/g)].map((match) => Number(match[1]));
    const gaps = numbers.filter((n, i) => i > 0 && n !== (numbers[i - 1] ?? 0) + 1);
    all.push(`${name}: ${numbers[0]}–${numbers.at(-1)} gaps before ${gaps.join()}`);
  }
  return `gap in ${fullName}; the screens: ${all.join(', ')}`;
}

async function sessionsAnswer(world: World): Promise<void> {
  const watched = new Set([...world.watchers].map(({ pid }) => pid));
  for (const { fullName, pid } of world.sessions.values()) {
    if (watched.has(pid)) continue;
    const watcher = await Watcher.attach(world.rig.socket, fullName).catch((error: Error) => {
      throw new Finding(`${fullName} cannot be attached to: ${error.message}`);
    });
    await watcher.echo().catch((error: Error) => {
      throw new Finding(error.message);
    });
    checkStream(watcher);
    if (world.random.chance(30)) world.watchers.add(watcher);
    else watcher.close();
  }
}

/** Those who were hurt go; the others have seen every number. */
async function peopleAreWell(world: World): Promise<void> {
  for (const one of [...world.people]) {
    const { terminal, hurt, leaving } = one;
    if (!hurt && !leaving && !terminal.ended) continue;
    world.people.delete(one);
    await terminal[Symbol.asyncDispose]();
    const code = terminal.ended?.code;
    const said = terminal.text().trim().split('\n').slice(-3).join(' | ');
    world.tell(`person ${terminal.pid} is gone: ${code} ${said}`);
    if (/\n {4}at .*:\d+:\d+/.test(terminal.text())) throw new Finding(`a client crashed: ${said}`);
  }
}

async function nothingLeaks(world: World): Promise<void> {
  let complaint = '';
  const end = performance.now() + SETTLE_MS;
  do {
    complaint = await leak(world);
    if (complaint === '') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  } while (performance.now() < end);
  throw new Finding(complaint);
}

async function leak(world: World): Promise<string> {
  const all = world.rig.processes();
  const supervisors = all.filter(({ command: line }) => SUPERVISOR.test(line));
  if (supervisors.length > 1) return `${supervisors.length} supervisors`;
  const known = new Set([
    ...[...world.sessions.values()].map(({ pid }) => pid),
    ...[...world.people].map(({ terminal }) => terminal.pid),
    ...supervisors.map(({ pid }) => pid),
  ]);
  const strays = all.filter(({ pid, parent }) => !known.has(pid) && !known.has(parent));
  const [stray] = strays;
  if (stray) return `a process is left: ${stray.pid} ${stray.command}`;
  const [supervisor] = supervisors;
  if (!supervisor) return world.sessions.size > 0 ? 'sessions without a supervisor' : '';
  const { terminals, sockets, others } = descriptors(supervisor.pid);
  if (terminals !== world.sessions.size)
    return `the supervisor has ${terminals} terminals open for ${world.sessions.size} sessions`;
  const mostSockets = 1 + 2 * (world.watchers.size + world.people.size);
  if (sockets > mostSockets) return `the supervisor has ${sockets} sockets, not ${mostSockets}`;
  if (others > OTHER_FDS_MAX) return `the supervisor has ${others} other descriptors`;
  const status = readFileSync(`/proc/${supervisor.pid}/status`, 'utf8');
  const rss = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  world.maxRssBytes = Math.max(world.maxRssBytes, rss);
  return rss > RSS_MAX_BYTES ? `the supervisor takes ${Math.round(rss / MB)} MB` : '';
}

function descriptors(pid: number): { terminals: number; sockets: number; others: number } {
  const found = { terminals: 0, sockets: 0, others: 0 };
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    let to = '';
    try {
      to = readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      continue;
    }
    if (/ptmx$/.test(to)) found.terminals++;
    else if (to.startsWith('socket:')) found.sockets++;
    else found.others++;
  }
  return found;
}
