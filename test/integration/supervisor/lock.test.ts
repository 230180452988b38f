/** Exactly one supervisor, however many start at once, on whatever the last one has left. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { bootId, startTimeOf } from '../../../src/platform/process-identity.ts';
import { acquireLock, isHolding, lockHolder } from '../../../src/store/lock.ts';
import { bundle } from '../../support/process/bundle.ts';
import { RawControl } from '../../support/process/raw-client.ts';
import { repository } from '../../support/repository.ts';
import { createRig, type Rig } from '../../support/rig/rig.ts';
import { loseSupervisor } from '../../support/rig/successor.ts';

const CONTENDERS = 12;
const AT_ONCE = 10;

let place: string;
let contender: string;

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'lock-'));
  contender = join(place, 'contender.cjs');
  await bundle(join(repository, 'test/support/process/lock-contender.ts'), contender);
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

function freshPrefix(): string {
  return join(mkdtempSync(join(place, 'd-')), 'supervisor.lock');
}

function lockNames(prefix: string): string[] {
  return readdirSync(join(prefix, '..')).filter((name) => name.startsWith('supervisor.lock'));
}

/** Keeps `CONTENDERS` processes trying until `rounds` of them have held the lock. */
function contend(directory: string, rounds: number, stalls: boolean): Promise<string[]> {
  const running = new Set<ChildProcess>();
  onTestFinished(() => {
    for (const child of running) child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    const said: string[] = [];
    let over = false;
    const launch = () => {
      const child = spawn(process.execPath, [contender, directory, stalls ? 'stalls' : ''], {
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      running.add(child);
      let errors = '';
      child.stderr.on('data', (bytes: Buffer) => {
        errors += bytes;
      });
      child.stdout.on('data', (bytes: Buffer) => {
        // Those killed at the end leave more behind than one that dies by itself.
        if (!over) said.push(...bytes.toString().trim().split('\n'));
      });
      child.once('close', (code) => {
        running.delete(child);
        if (errors !== '') reject(new Error(errors));
        over ||= said.length >= rounds || code !== null;
        if (!over) launch();
        else if (running.size === 0) resolve(said);
        else for (const other of running) other.kill('SIGKILL');
      });
    };
    for (let i = 0; i < CONTENDERS; i++) launch();
  });
}

describe('the lock', () => {
  test('has one holder at a time, through many that die holding it', async () => {
    const prefix = freshPrefix();
    const said = await contend(join(prefix, '..'), 60, false);
    expect(new Set(said)).toEqual(new Set(['held']));
    expect(said.length).toBeGreaterThanOrEqual(60);
  });

  test('the same with a stall anywhere between two of its steps', async () => {
    const prefix = freshPrefix();
    const said = await contend(join(prefix, '..'), 60, true);
    expect(new Set(said)).toEqual(new Set(['held']));
    expect(said.length).toBeGreaterThanOrEqual(60);
  });

  test('is refused while its holder lives, and says who that is', () => {
    const prefix = freshPrefix();
    const startTime = startTimeOf(process.ppid) ?? '';
    symlinkSync(`${bootId()}:${process.ppid}:${startTime}`, `${prefix}.7`);
    expect(acquireLock(prefix)).toEqual({
      held: false,
      by: { bootId: bootId(), pid: process.ppid, startTime },
    });
    expect(lockNames(prefix)).toEqual(['supervisor.lock.7']);
  });

  test.each([
    ['of a pid that has another owner now', () => `${bootId()}:${process.ppid}:1`],
    ['from before the last boot', () => `other-boot:${process.ppid}:${startTimeOf(process.ppid)}`],
    ['of nobody', () => `${bootId()}:4194303:1`],
    ['that makes no sense', () => 'nonsense'],
  ])('one %s is taken over, and what lies below it goes', (_, target) => {
    const prefix = freshPrefix();
    for (const n of [3, 9, 10]) symlinkSync(target(), `${prefix}.${n}`);
    expect(acquireLock(prefix)).toEqual({ held: true });
    expect(lockNames(prefix)).toEqual(['supervisor.lock.11']);
    const holder = lockHolder(prefix);
    expect(holder?.pid).toBe(process.pid);
    expect(holder && isHolding(holder)).toBe(true);
    expect(readlinkSync(`${prefix}.11`)).toBe(
      `${bootId()}:${process.pid}:${startTimeOf(process.pid)}`,
    );
  });
});

function supervisors(rig: Rig): number[] {
  return rig
    .processes()
    .filter(({ command }) => /\/supervisor\.js$/.test(command))
    .map(({ pid }) => pid);
}

/** How many have ever listened. */
function listened(rig: Rig): number {
  return (
    readFileSync(join(rig.stateDir, 'supervisor.log'), 'utf8').match(/ listens, /g)?.length ?? 0
  );
}

async function startTen(rig: Rig): Promise<void> {
  const names = Array.from({ length: AT_ONCE }, (_, i) => `s${i}`);
  const started = await Promise.all(names.map((name) => rig.run(['start', '-d', name])));
  expect(started.map(({ exitCode, stderr }) => ({ exitCode, stderr }))).toEqual(
    names.map(() => ({ exitCode: 0, stderr: '' })),
  );
  const listed = await rig.list();
  expect(listed.map(({ name, state }) => `${name} ${state}`).sort()).toEqual(
    names.map((name) => `${name} running`),
  );
  await rig.waitUntil(() => supervisors(rig).length === 1, 'the losers to be gone');
  expect(supervisors(rig)).toEqual([rig.supervisorPid()]);
}

/** What `kill -9` of it and its guard leaves: a socket that nobody listens on, a lock that nobody holds. */
async function crash(rig: Rig): Promise<void> {
  await loseSupervisor(rig);
  await rig.waitUntilEmpty();
  expect(existsSync(rig.socket)).toBe(true);
}

const waiting = { codex: 'exec cat' };

describe('ten starts at once', () => {
  test('on a fresh machine: one supervisor, ten sessions', async () => {
    const rig = createRig(waiting);
    await startTen(rig);
    expect(listened(rig)).toBe(1);
  });

  test('on a stale socket and a stale lock, again and again', async () => {
    const rig = createRig(waiting);
    for (let round = 1; round <= 3; round++) {
      if (round > 1) await crash(rig);
      await startTen(rig);
      expect(listened(rig)).toBe(round);
    }
  });

  test('of the same name: one session, everybody gets it', async () => {
    const rig = createRig(waiting);
    const runs = Array.from({ length: AT_ONCE }, () => rig.run(['start', '-d']));
    const names = new Set((await Promise.all(runs)).map(({ stdout }) => stdout));
    expect([...names]).toEqual([expect.stringMatching(/^codex:ultra:main:[0-9a-f]{8}\n$/)]);
    expect(await rig.list()).toHaveLength(1);
  });

  test('in ten terminals: each is attached', async () => {
    const rig = createRig({ codex: 'stty -echo; echo here; exec cat' });
    const terminals = Array.from({ length: AT_ONCE }, () => rig.open(['start']));
    await Promise.all(terminals.map((terminal) => terminal.waitFor('here')));
    await rig.waitUntil(async () => (await rig.list())[0]?.clients === AT_ONCE, 'ten clients');
    terminals[3]?.type('to all\r');
    await Promise.all(terminals.map((terminal) => terminal.waitFor('to all')));
    expect(listened(rig)).toBe(1);
  });
});

describe('the supervisor leaves with its last session', () => {
  test('and the next start works at once, many times', async () => {
    const rig = createRig(waiting);
    await rig.ok(['start', '-d', 'n0']);
    for (let i = 1; i <= 8; i++) {
      const [killed, started] = await Promise.all([
        rig.run(['kill', `n${i - 1}`]),
        rig.run(['start', '-d', `n${i}`]),
      ]);
      expect(killed).toMatchObject({ exitCode: 0 });
      expect(started).toMatchObject({ exitCode: 0, stderr: '' });
      expect((await rig.list()).map(({ name }) => name)).toEqual([`n${i}`]);
    }
  });

  test('a start works while it still says goodbye to another client', async () => {
    const rig = createRig(waiting);
    const fullName = (await rig.ok(['start', '-d', 'first'])).trim();
    const before = rig.supervisorPid();
    // It waits a moment for us to hang up, and we do not.
    const slow = await RawControl.open(rig.socket);
    await slow.ask({ type: 'kill', fullNames: [fullName], graceMs: 0 }, 'killed');
    expect(await rig.run(['start', '-d', 'second'])).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await rig.list()).map(({ name }) => name)).toEqual(['second']);
    expect(rig.supervisorPid()).not.toBe(before);
    await slow.closed;
  });

  test('a start that was connected before is served by the next one', async () => {
    const rig = createRig(waiting);
    await rig.ok(['start', '-d', 'first']);
    // Its question for --help holds the start up between its connecting and its asking.
    const program = rig.program(
      'slow',
      `case $1 in --help) touch '${rig.root}/asked'; while ! [ -e '${rig.root}/go' ]; do :; done;; esac
exec cat`,
    );
    const started = rig.run(['start', '-d', 'second'], { env: { CODEX_SESSIONS_CODEX: program } });
    await rig.waitUntil(() => existsSync(join(rig.root, 'asked')), 'the question for --help');
    await rig.ok(['kill', 'first']);
    rig.file('go', '');
    expect(await started).toMatchObject({ exitCode: 0, stderr: '' });
    expect((await rig.list()).map(({ name }) => name)).toEqual(['second']);
  });

  test('ls and kill that meet it leaving find nothing, and no fault', async () => {
    const rig = createRig(waiting);
    for (let i = 0; i < 5; i++) {
      await rig.ok(['start', '-d']);
      const runs = await Promise.all([
        rig.run(['kill', 'main']),
        rig.run(['ls', '--json']),
        rig.run(['kill-all', '-y']),
        rig.run(['ls']),
        rig.run(['ls', '--json']),
      ]);
      expect(runs.slice(1).map(({ exitCode, stderr }) => `${exitCode} ${stderr}`)).toEqual(
        runs.slice(1).map(() => expect.stringMatching(/^0 (No session|Killed|.*had ended|$)/)),
      );
      await rig.waitUntilEmpty();
    }
  });
});
