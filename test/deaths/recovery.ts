/** After a death: everything is what it was, and nothing is there twice. */
import { isAlive } from '../support/process/processes.ts';
import { SETTLED_MS } from './actors/event-listener.ts';
import { guardsOf, programsOf, supervisorsOf, type Usage, usageOf } from './facts.ts';
import type { Scene } from './scene.ts';
import { type Told, told, toldBySuccessor } from './supervisor-link.ts';
import type { Struck } from './ways.ts';

export interface Recovery {
  readonly pid: number;
  readonly answeredMs: number;
  /** Until all clients were attached again, and what they look at was right. */
  readonly seenMs: number;
  /** Of what was looked at, how long each took, in milliseconds. */
  readonly parts: Readonly<Record<string, number>>;
  /** Codexes of which the first answer did not know the status. */
  readonly unknown: readonly string[];
  readonly supervisor: Usage;
  readonly guard: Usage;
}

/** More is growth: these are a memory file for each session, and pipes, a log, libraries. */
const OTHER_FDS_MAX = 30;
/** A heap that fills up has its own limit. */
const RSS_MAX_MB = 400;
const GUARD_RSS_MAX_MB = 8;
/** The listening one, and twice the pipe that it reads. */
const GUARD_SOCKETS_MAX = 3;

const CODEX = /^s\d+$/;

/** @throws Error for anything that is not as it was. */
export async function recovery(scene: Scene, { dead, at, settle }: Struck): Promise<Recovery> {
  const begun = performance.now();
  const first = await toldBySuccessor(scene.rig, new Set(dead));
  const answeredMs = performance.now() - begun;
  sameSessions(scene, first);
  // What was written since then may not have been read yet.
  const unknown = rightStatuses(scene, first, at);
  const parts: Record<string, number> = {};
  const timed = async (name: string, work: Promise<void>) => {
    await work;
    parts[name] = Math.round(performance.now() - begun);
  };
  await timed('attached', clientsAttached(scene));
  await Promise.all([
    timed('typed', scene.typist.check()),
    timed('flood', scene.flood.check()),
    timed('rest', scene.person.check()),
  ]);
  const seenMs = performance.now() - begun;
  await settle?.();
  await commandsServe(scene);
  scene.held.wait.mustRun();
  await scene.events.check(`after ${first.pid}`);
  for (const { failure } of scene.turns) if (failure) throw failure;
  const guardPid = await guarded(scene);
  const last = await told(scene.rig);
  sameSessions(scene, last);
  rightStatuses(scene, last, performance.now());
  await passingSessions(scene);
  const [supervisor, guard] = [usageOf(last.pid), usageOf(guardPid)];
  return { pid: last.pid, answeredMs, seenMs, parts, unknown, supervisor, guard };
}

function sameSessions(scene: Scene, { sessions }: Told): void {
  const there = new Map(sessions.map(({ fullName, pid }) => [fullName, pid]));
  for (const [fullName, pid] of scene.pids) {
    if (there.get(fullName) !== pid)
      throw new Error(
        `${fullName} was ${pid} and is ${there.get(fullName)}; its process is ${isAlive(pid) ? '' : 'not '}there`,
      );
    if (!isAlive(pid)) throw new Error(`${fullName} is told, but ${pid} has ended`);
  }
  const more = [...there.keys()].filter(
    (name) => !scene.pids.has(name) && !scene.passing.test(name),
  );
  if (more.length > 0) throw new Error(`more sessions than there were: ${more}`);
}

/** @returns those that are unknown */
function rightStatuses(scene: Scene, { sessions }: Told, readAt: number): string[] {
  const unknown: string[] = [];
  for (const session of sessions) {
    if (!scene.pids.has(session.fullName)) continue;
    const { name, status } = session;
    // Other programs never say anything.
    if (status === 'unknown' && CODEX.test(name)) unknown.push(name);
    const allowed = allowedStatus(scene, session, readAt);
    if (status !== 'unknown' && allowed && !allowed.test(`${status}`))
      throw new Error(`${name} is told to be ${status}, and is ${allowed.source}`);
  }
  return unknown;
}

function allowedStatus(
  scene: Scene,
  { name }: { name: string },
  readAt: number,
): RegExp | undefined {
  if (name === scene.held.session.name) return /^working$/;
  const turns = scene.turns.find(({ session }) => session.name === name);
  if (turns) return turns.allowed(readAt);
  if (name === 'report') {
    const settled = readAt - scene.events.reportedAt > SETTLED_MS;
    return settled && scene.events.reported !== '' ? /^blocked$/ : undefined;
  }
  return CODEX.test(name) ? /^(idle|done)$/ : undefined;
}

async function clientsAttached(scene: Scene): Promise<void> {
  let seen = '';
  await scene.rig
    .waitUntil(async () => {
      const { sessions } = await told(scene.rig);
      const counts = sessions.filter(({ clients }) => clients > 0);
      seen = counts.map(({ name, clients }) => `${name} ${clients}`).join(', ');
      return counts.length === 3 && counts.every(({ clients }) => clients === 1);
    }, `all three clients to be attached again`)
    .catch((error: Error) => {
      throw new Error(`there are clients at: ${seen || 'none'}\n${error.message}`);
    });
}

async function commandsServe(scene: Scene): Promise<void> {
  const names = new Set((await scene.rig.list()).map(({ fullName }) => fullName));
  for (const name of scene.pids.keys())
    if (!names.has(name)) throw new Error(`ls --json has no ${name}`);
}

/** Until there is one supervisor and one guard, which holds what has to be held and nothing else. */
async function guarded(scene: Scene): Promise<number> {
  let complaint = '';
  const pid = await scene.rig
    .waitUntil(async () => {
      const { pid: supervisor, guard, sessions } = await told(scene.rig);
      const all = scene.rig.processes();
      const supervisors = supervisorsOf(scene.rig, all).map((one) => one.pid);
      const guards = guardsOf(scene.rig, all).map((one) => one.pid);
      complaint = complaintOf({ supervisor, guard, supervisors, guards, count: sessions.length });
      return complaint === '' && guards[0];
    }, 'one supervisor and one guard')
    .catch((error: Error) => {
      throw new Error(`${complaint}\n${error.message}`);
    });
  return pid;
}

interface Found {
  readonly supervisor: number;
  readonly guard: Told['guard'];
  readonly supervisors: readonly number[];
  readonly guards: readonly number[];
  readonly count: number;
}

function complaintOf({ supervisor, guard, supervisors, guards, count }: Found): string {
  if (supervisors.join() !== `${supervisor}`)
    return `supervisors ${supervisors}, and ${supervisor} answers`;
  if (guard?.state !== 'on') return `the guard is ${JSON.stringify(guard)}`;
  if (guards.join() !== `${guard.pid}`) return `guards ${guards}, and ${guard.pid} is told`;
  const [ours, its] = [usageOf(supervisor), usageOf(guards[0] ?? 0)];
  if (ours.terminals !== count)
    return `the supervisor holds ${ours.terminals} terminals of ${count}`;
  if (its.terminals !== count) return `the guard holds ${its.terminals} terminals of ${count}`;
  if (its.sockets > GUARD_SOCKETS_MAX) return `the guard holds ${its.sockets} sockets`;
  if (ours.others > OTHER_FDS_MAX + count)
    return `the supervisor has ${ours.others} other descriptors`;
  if (its.others > OTHER_FDS_MAX + count) return `the guard has ${its.others} other descriptors`;
  if (ours.rssMb > RSS_MAX_MB) return `the supervisor takes ${ours.rssMb} MB`;
  if (its.rssMb > GUARD_RSS_MAX_MB) return `the guard takes ${its.rssMb} MB`;
  return '';
}

/** Of those that come and go: each runs once and is told, or does not run. */
async function passingSessions(scene: Scene): Promise<void> {
  let complaint = '';
  await scene.rig
    .waitUntil(async () => {
      const { sessions } = await told(scene.rig);
      const listed = new Map(sessions.map(({ fullName, pid }) => [fullName, pid]));
      const running = programsOf(scene.rig.processes());
      complaint = '';
      for (const [name, pids] of running)
        if (scene.passing.test(name) && pids.join() !== `${listed.get(name)}`)
          complaint = `${name}: ${pids} run, ${listed.get(name)} is told`;
      for (const [name, pid] of listed)
        if (scene.passing.test(name) && !running.has(name))
          complaint = `${name}: ${pid} is told and gone`;
      return complaint === '';
    }, 'one program for each session that comes and goes')
    .catch((error: Error) => {
      throw new Error(`${complaint}\n${error.message}`);
    });
}
