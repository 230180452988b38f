/** Whatever is removed, and whenever: it is put back, as long as the supervisor lives. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { bootId, startTimeOf } from '../../../src/platform/process-identity.ts';
import { acquireLock, isHeldByUs } from '../../../src/store/lock.ts';
import { statePaths } from '../../../src/store/paths.ts';
import { Listener } from '../../../src/supervisor/server/listener.ts';
import { StateDirectoryWatch } from '../../../src/supervisor/state-directory-watch.ts';
import { waitUntil } from '../../support/process/wait-until.ts';

const MINUTE_MS = 60_000;
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cs-watch-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

/** A supervisor's files without sessions, as before the first one and after the last. */
async function begin() {
  const paths = statePaths({ CODEX_SESSIONS_DIR: join(root, 'above', 'state') });
  for (const path of [paths.dir, paths.records]) mkdirSync(path, { recursive: true, mode: 0o700 });
  const said: string[] = [];
  const log = {
    info: (text: string) => {
      said.push(text);
      onInfo.call();
    },
    error: (text: string) => said.push(text),
  };
  const onInfo = { call: () => {} };
  const listener = new Listener((socket) => socket.destroy(), log);
  acquireLock(paths.lock);
  await listener.listen(paths.socket);
  onTestFinished(() => listener.giveAway());
  const state = { paths, listener, table: { saveAll: () => {} }, log, leaving: () => false };
  const directory = new StateDirectoryWatch(state);
  return { paths, listener, directory, said, onInfo };
}

test('the socket, the lock, the records and all of it come back where no session runs', async () => {
  const { paths, listener, directory } = await begin();
  directory.start();
  const whole = () => listener.reachable && isHeldByUs(paths.lock) && existsSync(paths.records);
  for (const path of [paths.socket, `${paths.lock}.1`, paths.records, paths.dir, paths.dir]) {
    rmSync(path, { recursive: true });
    await waitUntil(whole, { what: `${path} to be there again` });
  }
});

test('one that goes again while it is put back, before anything watches it, is put back again', async () => {
  const { paths, listener, directory, onInfo } = await begin();
  directory.start();
  let times = 0;
  onInfo.call = () => {
    if (++times <= 3) rmSync(paths.socket);
  };
  rmSync(paths.socket);
  await waitUntil(() => times === 4 && listener.reachable, { what: 'the socket to stay' });
});

test('one that goes before the first look is put back', async () => {
  const { paths, listener, directory } = await begin();
  rmSync(paths.socket);
  directory.start();
  await waitUntil(() => listener.reachable, { what: 'the socket' });
});

test('a socket that is removed in the moment in which it is made is a failure, and tried again', async () => {
  const { paths, listener, directory } = await begin();
  rmSync(paths.socket);
  const opened = listener.listenAgain();
  rmSync(paths.socket);
  await expect(opened).rejects.toThrow('ENOENT');
  directory.start();
  await waitUntil(() => listener.reachable, { what: 'the socket' });
});

test('what no event tells is found when something happens a minute later', async () => {
  const { paths, listener, directory } = await begin();
  directory.start();
  const above = join(root, 'above');
  renameSync(above, join(root, 'moved'));
  expect(listener.reachable).toBe(false);
  vi.spyOn(Date, 'now').mockReturnValue(Date.now() + MINUTE_MS + 100);
  directory.sessionChanged();
  vi.restoreAllMocks();
  await waitUntil(() => listener.reachable, { what: 'the socket' });
  // The one that is there now is watched.
  rmSync(paths.dir, { recursive: true });
  await waitUntil(() => listener.reachable, { what: 'the socket, after another removal' });
});

test('a successor that fails: what went while it was there is put back, and watched', async () => {
  const { paths, listener, directory } = await begin();
  directory.start();
  listener.giveAway();
  renameSync(paths.dir, `${paths.dir}.old`);
  mkdirSync(paths.dir, { mode: 0o700 });
  listener.takeBack();
  await directory.restore();
  expect(listener.reachable).toBe(true);
  rmSync(paths.socket);
  await waitUntil(() => listener.reachable, { what: 'the socket' });
  expect(statSync(paths.socket).isSocket()).toBe(true);
  const socket = createConnection(paths.socket);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.destroy();
});

test('while another supervisor has the lock, it is waited for', async () => {
  const { paths, listener, directory, said } = await begin();
  // Process 1 lives; whether it is the one that is meant is told by its start time.
  rmSync(paths.dir, { recursive: true });
  mkdirSync(paths.dir, { mode: 0o700 });
  symlinkSync(`${bootId()}:1:${startTimeOf(1)}`, `${paths.lock}.1`);
  directory.start();
  await waitUntil(() => said.includes('the socket cannot be put back'), { what: 'the failure' });
  rmSync(`${paths.lock}.1`);
  await waitUntil(() => listener.reachable && isHeldByUs(paths.lock), { what: 'our lock' });
});
