/** Many of everything, against one real supervisor: what it takes, and that it gives it all back. */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { answerTo, Watcher } from '../faults/watcher.ts';
import { isAlive } from '../support/process/processes.ts';
import { RawConnection, RawControl } from '../support/process/raw-client.ts';
import { waitUntil } from '../support/process/wait-until.ts';
import type { Listed, Rig } from '../support/rig/rig.ts';
import { guarded } from '../support/rig/successor.ts';

const MB = 1024 * 1024;
/** At work at the same time, where the point is not how many. */
const AT_ONCE = 4;
/** Data connections that nobody asks for, and memory, take this long to be given back. */
const SETTLE_MS = 60_000;
/** What V8 keeps for itself after tens of thousands of connections. */
const GROWTH_MAX_BYTES = 40 * MB;
/** Looked at for this long when everybody is gone. */
const IDLE_MS = 5_000;

export interface Usage {
  fds: number;
  rssMb: number;
}

export interface LoadReport {
  [figure: string]: number | string;
}

export function usageOf(pid: number): Usage {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const rss = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  return { fds: readdirSync(`/proc/${pid}/fd`).length, rssMb: Math.round(rss) };
}

/** Processor time so far, in clock ticks. */
function ticksOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** Runs `work` `count` times, some at once. */
async function times(count: number, work: (n: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

export class Load {
  readonly #rig: Rig;
  readonly #first: Listed;
  readonly pid: number;
  readonly #file: string;

  /** `program` runs in the sessions that are started over the socket. */
  private constructor(rig: Rig, first: Listed, pid: number, file: string) {
    this.#rig = rig;
    this.#first = first;
    this.pid = pid;
    this.#file = file;
  }

  static async begin(rig: Rig, program: string): Promise<Load> {
    await rig.ok(['start', '-d']);
    const [first] = await rig.list();
    const pid = rig.supervisorPid();
    if (!first || pid === undefined) throw new Error('nothing has started');
    // What it has open counts.
    await guarded(rig);
    return new Load(rig, first, pid, rig.program('load', program));
  }

  /** Each with a client of its own that gets an echo; then all of them end. */
  async manySessions(count: number): Promise<LoadReport> {
    const before = usageOf(this.pid);
    const begun = performance.now();
    const control = await RawControl.open(this.#rig.socket);
    const names = Array.from({ length: count }, (_, n) => `many${n}`);
    await times(count, (n) => this.#start(control, names[n] as string));
    const startedMs = performance.now() - begun;
    const watchers: Watcher[] = [];
    await times(count, async (n) => {
      watchers.push(await Watcher.attach(this.#rig.socket, this.#fullName(names[n] as string)));
    });
    const echoBegun = performance.now();
    await Promise.all(watchers.map((watcher) => watcher.echo(60_000)));
    const echoMs = performance.now() - echoBegun;
    const during = usageOf(this.pid);
    for (const watcher of watchers) watcher.close();
    await answerTo(control, { type: 'kill', fullNames: names.map((n) => this.#fullName(n)) });
    control.close();
    const after = await this.#settled(before);
    return {
      sessions: count,
      startedMs: Math.round(startedMs),
      allEchoedMs: Math.round(echoMs),
      rssMbDuring: during.rssMb,
      fdsDuring: during.fds,
      ...after,
    };
  }

  /** All of them see every line. */
  async manyClients(count: number, lines: number): Promise<LoadReport> {
    const before = usageOf(this.pid);
    const watchers: Watcher[] = [];
    for (let n = 0; n < count; n++)
      watchers.push(await Watcher.attach(this.#rig.socket, this.#first.fullName));
    const begun = performance.now();
    watchers[0]?.send(`\nflood${lines}\n`);
    const last = watchers[0];
    if (last) await last.echo(60_000);
    const highest = last?.check.highest ?? 0;
    await waitUntil(() => watchers.every(({ check }) => check.highest >= highest), {
      what: 'everybody to have seen everything',
    });
    const ms = performance.now() - begun;
    for (const watcher of watchers) {
      if (watcher.check.gap) throw new Error(`a client misses output: ${watcher.check.gap}`);
      watcher.close();
    }
    return { clients: count, lines, ms: Math.round(ms), ...(await this.#settled(before)) };
  }

  /** As fast as it goes, at most `perSecond`. */
  async startsAndKills(seconds: number, perSecond: number): Promise<LoadReport> {
    const before = usageOf(this.pid);
    const control = await RawControl.open(this.#rig.socket);
    const begun = performance.now();
    let done = 0;
    let worstMs = 0;
    let asked = 0;
    const worker = async () => {
      while (performance.now() - begun < seconds * 1_000) {
        const due = (asked++ * 1_000) / perSecond - (performance.now() - begun);
        if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
        const name = `short${asked % 500}`;
        const at = performance.now();
        await this.#start(control, name);
        await answerTo(control, { type: 'kill', fullNames: [this.#fullName(name)] });
        worstMs = Math.max(worstMs, performance.now() - at);
        control.forget();
        done++;
      }
    };
    await Promise.all(Array.from({ length: 16 }, () => worker()));
    const took = (performance.now() - begun) / 1_000;
    control.close();
    return {
      startsAndKills: done,
      perSecond: Math.round((done / took) * 10) / 10,
      worstMs: Math.round(worstMs),
      ...(await this.#settled(before)),
    };
  }

  /** Comes and goes, as over months of use. */
  async attachCycles(count: number): Promise<LoadReport> {
    // What is made once and kept is not growth.
    await times(Math.min(200, count), () => this.#comeAndGo());
    const before = usageOf(this.pid);
    const begun = performance.now();
    await times(count, () => this.#comeAndGo());
    const perSecond = count / ((performance.now() - begun) / 1_000);
    const after = await this.#settled(before);
    const ticks = ticksOf(this.pid);
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const idleTicks = ticksOf(this.pid) - ticks;
    return { cycles: count, perSecond: Math.round(perSecond), idleTicks, ...after };
  }

  async #comeAndGo(): Promise<void> {
    const token = randomBytes(16).toString('hex');
    const control = await RawControl.open(this.#rig.socket);
    const data = await RawConnection.connect(this.#rig.socket);
    data.say({ type: 'data', token });
    const terminal = { token, cols: 80, rows: 24 };
    await answerTo(control, { type: 'attach', fullName: this.#first.fullName, terminal });
    control.say({ type: 'leave' });
    await data.closed;
    control.close();
    data.close();
  }

  async #start(control: RawControl, name: string): Promise<void> {
    const { project, hash, root } = this.#first;
    const spec = {
      fullName: this.#fullName(name),
      project,
      name,
      hash,
      root,
      cwd: root,
      file: this.#file,
      args: [],
      userArgs: [],
      env: { PATH: process.env.PATH ?? '/bin:/usr/bin', ...this.#rig.env },
      umask: 0o022,
      scrollback: 1_000,
    };
    await answerTo(control, { type: 'start', spec });
  }

  #fullName(name: string): string {
    return `codex:${this.#first.project}:${name}:${this.#first.hash}`;
  }

  /** Waits until descriptors and memory are what they were. @throws Error when they are not. */
  async #settled(before: Usage): Promise<LoadReport> {
    if (!isAlive(this.pid)) throw new Error('the supervisor is gone');
    const grown = () => {
      const now = usageOf(this.pid);
      return now.fds > before.fds || (now.rssMb - before.rssMb) * MB > GROWTH_MAX_BYTES;
    };
    await waitUntil(() => !grown(), {
      what: 'descriptors and memory to be given back',
      timeout: SETTLE_MS,
      describe: () => `${JSON.stringify(before)} → ${JSON.stringify(usageOf(this.pid))}`,
    }).catch((error: Error) => {
      // Memory that V8 keeps is reported; descriptors that are left are a fault.
      if (usageOf(this.pid).fds > before.fds) throw error;
    });
    const after = usageOf(this.pid);
    return {
      fds: `${before.fds} → ${after.fds}`,
      rssMb: `${before.rssMb} → ${after.rssMb}`,
    };
  }
}
