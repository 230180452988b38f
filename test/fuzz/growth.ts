/**
 * One session writes what makes a terminal grow, while somebody types into another one: a real
 * supervisor, watched from outside. Half of the time nobody looks at the stream, then somebody is
 * attached to it, follows the events and asks for the screen.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../support/process/bundle-esm.ts';
import { type EchoReport, withEchoProbe } from '../support/process/probe-echo.ts';
import { RawConnection, RawControl } from '../support/process/raw-client.ts';
import { repository } from '../support/repository.ts';
import type { Rig } from '../support/rig/rig.ts';
import { rssBytes } from './protocol.ts';

const MB = 1024 * 1024;
export const GROWTH_MAX_BYTES = 150 * MB;
const SAMPLE_MS = 50;

export interface GrowthReport {
  stream: string;
  /** Of the supervisor, the most that was seen. */
  maxRssBytes: number;
  /** Read from the program. */
  bytes: number;
  echo: EchoReport;
}

/** The program of a rig for {@link growthOf}: gives back what is typed, or writes a stream. */
export async function growthProgram(place: string): Promise<string> {
  const program = join(place, 'growth-program.mjs');
  await build(join(repository, 'test/fuzz/growth-program.ts'), program);
  return `stty raw -echo
[ -n "$STREAM" ] && exec '${process.execPath}' '${program}' "$STREAM"
printf 'ready\\r\\n'
exec cat`;
}

/** Half of it with nobody there, and half of it looked at. */
export interface GrowthLimits {
  ms: number;
  /** Written by the program; then it is over sooner. */
  bytes: number;
}

/** @throws Error when the supervisor or a session has ended, or complains */
export async function growthOf(
  rig: Rig,
  stream: string,
  limits: GrowthLimits,
): Promise<GrowthReport> {
  await rig.ok(['start', '-d', 'echo']);
  await rig.ok(['start', '-d', 'hostile'], { env: { STREAM: stream } });
  const sessions = await rig.list();
  const [echo, hostile] = ['echo', 'hostile'].map((wanted) =>
    sessions.find(({ name }) => name === wanted),
  );
  const pid = rig.supervisorPid();
  if (!echo || !hostile || pid === undefined) throw new Error('nothing has started');
  let maxRssBytes = 0;
  let bytes = 0;
  const { echo: seen } = await withEchoProbe(rig.socket, echo.fullName, async () => {
    const sample = setInterval(() => {
      maxRssBytes = Math.max(maxRssBytes, rssBytes(pid));
      bytes = writtenBytes(hostile.pid);
    }, SAMPLE_MS);
    try {
      const begun = performance.now();
      const isPast = (part: number) =>
        performance.now() - begun > limits.ms * part || bytes > limits.bytes * part;
      while (!isPast(0.5)) await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
      await lookAt(rig, hostile.fullName, () => isPast(1));
    } finally {
      clearInterval(sample);
    }
  });
  const after = (await rig.list()).map(({ name, pid, state }) => `${name} ${pid} ${state}`).sort();
  const before = [`echo ${echo.pid} running`, `hostile ${hostile.pid} running`];
  if (after.join() !== before.join()) throw new Error(`${stream}: ${after.join()}`);
  const complaint = /^.*(?:uncaught|unhandled|failed).*$/m.exec(
    readFileSync(join(rig.stateDir, 'supervisor.log'), 'utf8'),
  );
  if (complaint) throw new Error(`${stream}: ${complaint[0]}`);
  await rig.ok(['kill-all', '-y']);
  await rig.waitUntilEmpty();
  return { stream, maxRssBytes, bytes, echo: seen };
}

/** Somebody is attached, somebody follows, and somebody peeks again and again. */
async function lookAt(rig: Rig, fullName: string, isOver: () => boolean): Promise<void> {
  const token = '0123456789abcdef0123456789abcdef';
  const data = await RawConnection.connect(rig.socket);
  data.say({ type: 'data', token });
  const control = await RawControl.open(rig.socket);
  const events = await RawControl.open(rig.socket);
  await events.ask({ type: 'subscribe' }, 'subscribed');
  const forget = setInterval(() => {
    for (const connection of [data, control, events]) connection.forget();
  }, SAMPLE_MS);
  try {
    control.say({ type: 'attach', id: 1, fullName, terminal: { token, cols: 80, rows: 24 } });
    do {
      const look = await RawControl.open(rig.socket);
      await look.ask({ type: 'peek', fullName }, 'screen');
      look.close();
    } while (!isOver());
  } finally {
    clearInterval(forget);
    for (const connection of [data, control, events]) connection.close();
  }
}

function writtenBytes(pid: number): number {
  try {
    return Number(/wchar: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
