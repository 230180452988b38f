/**
 * A FIFO, a socket, a device or a directory in the place of each file that we read or write: nothing
 * waits for it, nothing ends over it. A command works, or says in a sentence what is in its way.
 */
import { readdirSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KINDS, type Kind, plant } from '../../support/attack/plant.ts';
import { RawControl } from '../../support/process/raw-client.ts';
import { dist } from '../../support/repository.ts';
import { ANSWERS, createRig, type Rig } from '../../support/rig/rig.ts';

const TWO_LINES = /^codex-sessions: .+\n {2}.+\n$/;
const echoing = { codex: `${ANSWERS}\nstty -echo; echo here; exec cat` };
/** Has run once: so there is one of each. */
const SESSION = 'main';

const PLACES: Readonly<Record<string, (rig: Rig) => string>> = {
  socket: ({ socket }) => socket,
  lock: ({ stateDir }) => join(stateDir, 'supervisor.lock.1'),
  'higher lock': ({ stateDir }) => join(stateDir, 'supervisor.lock.7'),
  record: ({ stateDir }) => onlyOne(join(stateDir, 'sessions'), /^codex:ultra:main:.*\.json$/),
  answers: ({ stateDir }) => onlyOne(join(stateDir, 'cache'), /^codex-.*\.json$/),
  records: ({ stateDir }) => join(stateDir, 'sessions'),
  agents: ({ stateDir }) => join(stateDir, 'agents'),
  terminals: ({ stateDir }) => join(stateDir, 'terminals'),
  cache: ({ stateDir }) => join(stateDir, 'cache'),
  'older log': ({ stateDir }) => join(stateDir, 'supervisor.log.1'),
  // The last: what the supervisor complains of is lost with it.
  log: ({ stateDir }) => join(stateDir, 'supervisor.log'),
};
/** Where nobody can go on without what belongs there. */
const NEEDED = ['log', 'records', 'agents', 'terminals', 'cache'];

/** What waits when it is opened, never ends when it is read, or cannot be removed. */
const HOLDING = KINDS.filter((kind) => !['file', 'socket'].includes(kind));

/** Where something of this kind does not belong. */
function placesFor(kind: Kind): string[] {
  return Object.keys(PLACES).filter((place) => kind !== expectedAt(place));
}

function expectedAt(place: string): Kind | undefined {
  if (['records', 'agents', 'terminals', 'cache'].includes(place)) return 'directory';
  return ['log', 'older log'].includes(place) ? 'file' : undefined;
}

function onlyOne(directory: string, pattern: RegExp): string {
  const names = readdirSync(directory).filter((name) => pattern.test(name));
  expect(names).toHaveLength(1);
  return join(directory, names[0] ?? '');
}

function pathOf(place: string, rig: Rig): string {
  const path = PLACES[place]?.(rig);
  if (path === undefined) throw new Error(`no place ${place}`);
  return path;
}

async function refusal(rig: Rig, args: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await rig.run(args);
  expect({ args, stdout, exitCode }).toEqual({ args, stdout: '', exitCode: 1 });
  expect(stderr).toMatch(TWO_LINES);
  return stderr;
}

async function leave(rig: Rig): Promise<void> {
  await rig.ok(['kill-all', '-y']);
  await rig.waitUntilEmpty();
}

describe.each(KINDS)('a %s in the place of', (kind) => {
  test('what can be made again: a start works', async () => {
    const rig = createRig(echoing);
    await rig.ok(['start', '-d', SESSION]);
    await leave(rig);
    // A directory with something in it is not removed for a socket.
    const places = placesFor(kind).filter(
      (place) => !NEEDED.includes(place) && !(place === 'socket' && kind === 'directory'),
    );
    for (const path of places.map((place) => pathOf(place, rig))) await plant(kind, path);
    await rig.ok(['ls', '--all']);
    await rig.ok(['start', '-d', SESSION]);
    expect((await rig.list()).map(({ state }) => state)).toEqual(['running']);
    await leave(rig);
  });

  test('what is needed: commands say so', async () => {
    const rig = createRig(echoing);
    await rig.ok(['start', '-d', SESSION]);
    await leave(rig);
    for (const place of placesFor(kind).filter((one) => NEEDED.includes(one))) {
      const path = pathOf(place, rig);
      await plant(kind, path);
      for (const args of [['ls'], ['start', '-d', SESSION], ['events']])
        expect(await refusal(rig, args)).toContain(`${path} is not a`);
      expect((await rig.run(['doctor'])).stdout).toContain(`${path} is not a`);
      rmSync(path, { recursive: true });
    }
    await rig.ok(['start', '-d', SESSION]);
    await leave(rig);
  });
});

describe.each(HOLDING)('a %s in the place of', (kind) => {
  test('anything, while a session runs: it goes on', async () => {
    const rig = createRig(echoing);
    const terminal = rig.open(['start', SESSION]);
    await terminal.waitFor('here');
    const pid = rig.supervisorPid();
    const control = await RawControl.open(rig.socket);
    for (const place of placesFor(kind)) {
      const path = pathOf(place, rig);
      const other = (await rig.ok(['start', '-d', 'other'])).trim();
      expect(readFileSync(pathOf('log', rig), 'utf8')).not.toMatch(/uncaught/i);
      await plant(kind, path);
      // Asked here, as a command may refuse to.
      await control.ask({ type: 'kill', fullNames: [other] }, 'killed');
      terminal.type(`with ${place}\r`);
      await terminal.waitFor(`with ${place}`);
      // Each of these reads or writes something, or has the supervisor do so.
      for (const args of [['ls'], ['start', '-d', 'other'], ['kill', 'other']]) await rig.run(args);
      terminal.type(`after ${place}\r`);
      await terminal.waitFor(`after ${place}`);
      rmSync(path, { recursive: true, force: true });
      await rig.waitUntil(async () => (await rig.run(['ls'])).exitCode === 0, 'a list');
      expect({ place, pid: rig.supervisorPid() }).toEqual({ place, pid });
    }
    control.close();
    await leave(rig);
  });
});

test.each(HOLDING)('a %s beside the program, where its package would be', async (kind) => {
  // A session with a version: whether an older one is installed is looked for there.
  const rig = createRig({ codex: `${ANSWERS}\nexec cat` });
  await rig.ok(['start', '-d']);
  await plant(kind, join(rig.root, 'package.json'));
  expect(await rig.ok(['ls'])).toContain('ultra:main');
});

describe('the log', () => {
  test.each(KINDS.filter((kind) => kind !== 'file'))(
    'a %s in its place holds no upgrade up',
    async (kind) => {
      const rig = createRig(echoing);
      const terminal = rig.open(['start']);
      await terminal.waitFor('here');
      const before = rig.supervisorPid();
      // The command would say so before it asks.
      const control = await RawControl.open(rig.socket);
      await plant(kind, pathOf('log', rig));
      const successor = { node: process.execPath, script: join(dist, 'supervisor.js') };
      await control.ask({ type: 'hand-over', ...successor }, 'handed-over');
      control.close();
      expect(rig.supervisorPid()).not.toBe(before);
      terminal.type('still\r');
      await terminal.waitFor('still');
      rmSync(pathOf('log', rig), { recursive: true });
    },
  );

  test('one that is large is put aside; where that cannot be, it goes on', async () => {
    const rig = createRig(echoing);
    await rig.ok(['start', '-d']);
    const path = pathOf('log', rig);
    truncateSync(path, 2 * 1024 * 1024);
    await plant('directory', pathOf('older log', rig));
    await rig.ok(['start', '-d', 'two']);
    expect(readFileSync(path, 'utf8')).toContain('started codex:ultra:two:');
    rmSync(pathOf('older log', rig), { recursive: true });
    await rig.ok(['start', '-d', 'three']);
    expect(readFileSync(path, 'utf8')).toMatch(/^\S+ \d+ info started codex:ultra:three:/);
    expect(readFileSync(pathOf('older log', rig), 'utf8')).toContain('codex:ultra:two:');
    expect((statSync(path).mode & 0o777).toString(8)).toBe('600');
  });
});
