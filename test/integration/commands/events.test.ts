/** Every change is told, in order, without looking for it, and to nobody who does not listen. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { RawControl } from '../../support/process/raw-client.ts';
import { Background } from '../../support/rig/background.ts';
import { createReporter } from '../../support/rig/reporter.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import { loseSupervisor } from '../../support/rig/successor.ts';

interface Told {
  event: string;
  seq: number;
  session: { name: string; status: string; statusMessage: string; state: string };
}

/** Reports its status a thousand times, each with its number, once it is told to. */
const RAPID = `read line
node -e '
  let all = "";
  for (let i = 1; i <= 1000; i++)
    all += "\\x1b]7501;state=" + (i % 2 ? "working" : "idle") + ":msg=" +
      Buffer.from("n" + i).toString("base64") + "\\x1b\\\\";
  process.stdout.write(all);
'
read line`;

test('1,000 changes in one moment are all seen, in order', async () => {
  const rig = createRig({ codex: RAPID });
  const fullName = (await rig.ok(['start', '-d', 'rapid'])).trim();
  const events = new Background(rig, ['events', 'rapid', '--json', '--snapshot']);
  await events.until(() => events.lines().length > 0, 'the subscription');
  const control = await RawControl.open(rig.socket);
  const bytes = Buffer.from('go\n').toString('base64');
  await control.ask({ type: 'type', fullName, bytes }, 'done');
  const told = () => events.json<Told>().filter(({ event }) => event === 'status');
  const last = () => events.json<Told>().at(-1);
  await events.until(() => last()?.session?.statusMessage === 'n1000', 'the last change');

  expect(told().map(({ session }) => session.statusMessage)).toEqual(
    Array.from({ length: 1000 }, (_, index) => `n${index + 1}`),
  );
  const [snapshot, ready, ...changes] = events.json<Told>();
  expect([snapshot?.event, ready?.event]).toEqual(['snapshot', 'ready']);
  const seqs = changes.map(({ seq }) => seq);
  expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));

  await control.ask({ type: 'type', fullName, bytes }, 'done');
  expect(await events.exited).toBe(0);
  expect(last()).toMatchObject({ event: 'exited', session: { state: 'exited' } });
  control.close();
});

test('events outlives the supervisor: what its successor starts is told too', async () => {
  const rig = createRig();
  const events = new Background(rig, ['events', '--json']);
  await whenWaiting(rig);
  const names = () =>
    events
      .json<Told>()
      .filter(({ event }) => event === 'started' || event === 'exited')
      .map(({ event, session }) => `${event} ${session.name}`);
  for (const name of ['one', 'two']) {
    await rig.ok(['start', '-d', name]);
    await events.until(() => names().includes(`started ${name}`), `${name} to be told`);
    await rig.ok(['kill', '-y', name]);
    await events.until(() => names().includes(`exited ${name}`), `the end of ${name}`);
    await rig.waitUntil(() => rig.supervisorPid() === undefined, 'the supervisor to go');
  }
  expect(names()).toEqual(['started one', 'exited one', 'started two', 'exited two']);
  await events.end();
});

/** Whoever follows before there is a supervisor makes the directory, to see it come. */
async function whenWaiting(rig: Rig): Promise<void> {
  await rig.waitUntil(() => existsSync(rig.stateDir), 'somebody who waits for a supervisor');
}

describe('a supervisor without a guard that is killed', () => {
  const lines = (events: Background) =>
    events
      .json<Told>()
      .filter(({ event }) => event === 'started' || event === 'exited')
      .map(({ event, session }) => `${event} ${session.name} ${session.state}`);

  test('the end of each of its sessions is told, and what its successor starts', async () => {
    const rig = createRig({ codex: 'exec cat', guarded: false });
    const events = new Background(rig, ['events', '--json']);
    await whenWaiting(rig);
    const plain = new Background(rig, ['events']);
    for (const name of ['one', 'two', 'over']) await rig.ok(['start', '-d', name]);
    await rig.ok(['kill', 'over']);
    const told = ['started one running', 'started two running', 'started over running'];
    told.push('exited over exited');
    await events.until(() => lines(events).length === told.length, 'four lines');
    await loseSupervisor(rig);
    told.push('exited one lost', 'exited two lost');
    await events.until(() => lines(events).length === told.length, 'the two that are lost');
    await rig.ok(['start', '-d', 'one']);
    told.push('started one running');
    await events.until(() => lines(events).length === told.length, 'the new start');
    expect(lines(events)).toEqual(told);
    const lost = events.json<Told>().filter(({ session }) => session.state === 'lost');
    for (const { seq, session } of lost)
      expect({ seq, ...session }).toMatchObject({
        ...{ seq: null, status: null, pid: null, endedBy: 'lost', exit: null },
        endedAt: expect.stringMatching(/Z$/),
      });
    expect(events.stderr).toBe(
      'The supervisor has gone away, and 2 sessions with it; waiting for the next one.\n',
    );
    await plain.until(() => plain.lines().at(-1)?.endsWith('one started'), 'the new start');
    expect(
      plain
        .lines()
        .slice(-3)
        .map((line) => line.replace(/^\S+ /, '')),
    ).toEqual(['ultra:one exited lost', 'ultra:two exited lost', 'ultra:one started']);
    await events.end();
    await plain.end();
  });

  test('also where its successor is there before anybody looks', async () => {
    const rig = createRig({ codex: 'exec cat', guarded: false });
    const events = new Background(rig, ['events', '--json']);
    await whenWaiting(rig);
    await rig.ok(['start', '-d', 'one']);
    await events.until(() => lines(events).length === 1, 'the start');
    events.signal('SIGSTOP');
    await loseSupervisor(rig);
    await rig.waitUntil(() => rig.supervisorPid() === undefined, 'the supervisor to go');
    for (const name of ['one', 'two']) await rig.ok(['start', '-d', name]);
    events.signal('SIGCONT');
    await events.until(() => lines(events).length === 4, 'all of it');
    expect(lines(events)).toEqual([
      'started one running',
      'exited one lost',
      'started one running',
      'started two running',
    ]);
    await events.end();
  });

  test('whoever follows one session is told that it cannot be followed any more', async () => {
    const rig = createRig({ codex: 'exec cat', guarded: false });
    await rig.ok(['start', '-d', 'one']);
    const events = new Background(rig, ['events', 'one', '--snapshot']);
    await events.until(() => events.lines().length > 0, 'the subscription');
    await loseSupervisor(rig);
    expect(await events.exited).toBe(1);
    expect(events.stderr).toContain('the supervisor has gone away');
    rig.forgiveLeftovers();
  });
});

test('a line that would say the same status again is none; in JSON it is a change', async () => {
  const reporter = createReporter();
  const { rig } = reporter;
  const all = new Background(rig, ['events']);
  await reporter.start('main');
  const one = new Background(rig, ['events', 'main', '--snapshot']);
  const json = new Background(rig, ['events', 'main', '--json', '--snapshot']);
  for (const events of [one, json])
    await events.until(() => events.lines().length > 0, 'the subscription');
  const terminal = rig.open(['attach', 'main']);
  await json.until(() => json.json<Told>().at(-1)?.event === 'attached', 'the client');
  await reporter.report('main', 'state=working');
  await reporter.status('main', 'working');
  terminal.press('ctrl+\\');
  await terminal.waitForExit();
  const words = (events: Background) =>
    events.lines().map((line) => line.replace(/^\S+ ultra:main /, ''));
  const rest = ['attached 1', 'status working', 'detached 0'];
  for (const events of [all, one])
    await events.until(() => words(events).at(-1) === rest.at(-1), 'the last line');
  // It came when there was a supervisor, before or after the first report.
  const later = words(all).filter((line) => line !== 'status idle');
  expect(later).toEqual(['started', ...rest]);
  expect(words(one)).toEqual(['snapshot idle', ...rest]);
  const told = json.json<Told & { session: { seen: boolean } }>();
  const statuses = told.filter(({ event }) => event === 'status');
  expect(statuses.map(({ session: { status, seen } }) => `${status} ${seen}`)).toEqual([
    'idle true',
    'working true',
  ]);
  await all.end();
});

test('the sessions, then what changes: a subscription misses nothing and repeats nothing', async () => {
  const rig = createRig({ codex: RAPID });
  const fullName = (await rig.ok(['start', '-d', 'rapid'])).trim();
  const first = await RawControl.open(rig.socket);
  const bytes = Buffer.from('go\n').toString('base64');
  first.say({ type: 'type', id: 1, fullName, bytes });
  const others = [];
  for (let i = 0; i < 20; i++) {
    const other = await RawControl.open(rig.socket);
    other.say({ type: 'subscribe', id: 1 });
    others.push(other);
  }
  for (const other of others) {
    const number = (message: unknown) =>
      Number((message as Told).session.statusMessage?.slice(1) ?? 0);
    const told = () => other.messages().filter(({ type }) => type === 'event');
    const subscribed = await other.waitFor({ type: 'subscribed' });
    const [session] = subscribed.sessions as Told['session'][];
    const before = number({ session });
    await rig.waitUntil(
      () => before === 1000 || number(told().at(-1) ?? { session }) === 1000,
      'the last change',
    );
    expect(told().map(number)).toEqual(
      Array.from({ length: 1000 - before }, (_, index) => before + index + 1),
    );
    other.close();
  }
  first.close();
});

/** 20,000 reports are 16 MB of events, which a loaded machine needs its time for. */
const FLOOD_MS = 180_000;

test('who subscribes and does not read is cut off, and costs nobody else anything', async () => {
  const rig = createRig({
    codex: `while read line; do node -e '
      const msg = (i) => Buffer.from(i + "n".repeat(400)).toString("base64");
      for (let i = 0; i < 20000; i++)
        process.stdout.write("\\x1b]7501;state=working:msg=" + msg(i) + "\\x07");
    '; echo; echo over; done`,
  });
  const fullName = (await rig.ok(['start', '-d', 'flood'])).trim();
  const deaf = await RawControl.open(rig.socket);
  await deaf.ask({ type: 'subscribe' }, 'subscribed');
  deaf.socket.pause();
  const control = await RawControl.open(rig.socket);
  await control.ask({ type: 'type', fullName, bytes: btoa('go\n') }, 'done');
  const screen = async () => (await control.ask({ type: 'peek', fullName }, 'screen')).lines;
  await rig.waitUntil(async () => JSON.stringify(await screen()).includes('over'), 'it', FLOOD_MS);
  deaf.socket.resume();
  await deaf.closed;
  expect((await rig.list()).map(({ name }) => name)).toEqual(['flood']);
  control.close();
});

/** Clock ticks of CPU time, and how often it gave the processor up to wait. */
function costOf(pid: number): { ticks: number; switches: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const switches = Number(/^voluntary_ctxt_switches:\s*(\d+)$/m.exec(status)?.[1]);
  return { ticks: Number(fields[11]) + Number(fields[12]), switches };
}

test('wait on 50 sessions sleeps: no time, no wake-ups', async () => {
  const rig = createRig({
    codex: `printf '\\033]7501;state=working\\007'; exec cat`,
  });
  const names = Array.from({ length: 50 }, (_, index) => `s${index}`);
  for (const name of names) await rig.ok(['start', '-d', name]);
  const waiting = new Background(rig, ['wait', ...names]);
  const control = await RawControl.open(rig.socket);
  // Node itself wakes up once in a while, and more often while it still tidies up after its start.
  // Looking once a second would be four wake-ups in each four seconds, and never fewer.
  const still = async (ms: number) => {
    const before = costOf(waiting.pid);
    await new Promise((resolve) => setTimeout(resolve, ms));
    const after = costOf(waiting.pid);
    return { ticks: after.ticks - before.ticks, switches: after.switches - before.switches };
  };
  await rig.waitUntil(async () => {
    const { ticks, switches } = await still(4_000);
    return ticks === 0 && switches <= 2;
  }, 'it to sleep for four seconds');

  const { sessions } = await control.ask({ type: 'list' }, 'sessions');
  const idle = btoa('\x1b]7501;state=idle\x07\n');
  for (const { fullName } of sessions as { fullName: string }[])
    await control.ask({ type: 'type', fullName, bytes: idle }, 'done');
  expect(await waiting.exited).toBe(0);
  expect(waiting.lines()).toHaveLength(50);
  control.close();
});

test('a session that is renamed is followed on, by its new name', async () => {
  const rig = createRig({
    codex:
      "printf '\\033]7501;state=working\\033\\\\'; read go; printf '\\033]7501;state=idle\\033\\\\'; read go",
  });
  const fullName = (await rig.ok(['start', '-d', 'before'])).trim();
  const events = new Background(rig, ['events', 'before', '--json', '--snapshot']);
  await events.until(() => events.lines().length > 0, 'the subscription');
  const wait = new Background(rig, ['wait', 'before']);
  await rig.waitUntil(async () => (await rig.list())[0]?.status === 'working', 'its first report');
  await rig.ok(['rename', 'before', 'after']);
  await events.until(
    () => events.json<Told>().some(({ event }) => event === 'renamed'),
    'the change of its name',
  );
  // Somebody else of that name is not meant.
  await rig.ok(['start', '-d', 'before']);
  const control = await RawControl.open(rig.socket);
  const bytes = Buffer.from('go\n').toString('base64');
  const type = (to: string) => control.ask({ type: 'type', fullName: to, bytes }, 'done');
  const renamed = fullName.replace(':before:', ':after:');
  await type(renamed);
  expect(await wait.exited).toBe(0);
  expect(wait.lines()).toEqual(['ultra:after idle']);
  await type(renamed);
  expect(await events.exited).toBe(0);
  const told = events.json<Told & { previous?: string }>();
  expect(told.find(({ event }) => event === 'renamed')).toMatchObject({ previous: fullName });
  expect(new Set(told.slice(-2).map(({ session }) => session.name))).toEqual(new Set(['after']));
  control.close();
});
