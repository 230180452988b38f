/** Connecting to a supervisor that is busy, or that ends at that moment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectSocket, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { connect } from '../../../../src/client/connection/connect.ts';
import { errorCode } from '../../../../src/platform/errors.ts';
import { type StatePaths, statePaths } from '../../../../src/store/paths.ts';

let directory: string;
let paths: StatePaths;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'cs-connect-'));
  paths = statePaths({ HOME: directory, CODEX_SESSIONS_DIR: directory });
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('a supervisor that ends while we are in its queue is one that does not run', async () => {
  const server = createServer();
  server.listen(paths.socket);
  await once(server, 'listening');
  // The connection is in the queue once this returns, and the event loop has accepted nothing yet.
  const connecting = connect(paths);
  server.close();
  expect(await connecting).toBeUndefined();
});

/** Accepts nothing until it reads a byte from its standard input. */
const BUSY = `
require('node:net').createServer().listen({ path: process.argv[1], backlog: 1 }, () => {
  process.stdout.write('listening');
  require('node:fs').readSync(0, Buffer.alloc(1));
});`;

async function startBusy(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['-e', BUSY, paths.socket], { stdio: 'pipe' });
  if (child.stdout) await once(child.stdout, 'data');
  return child;
}

/** The connection, or the code of the error. */
function tryRaw(): Promise<Socket | string | undefined> {
  return new Promise((resolve) => {
    const socket = connectSocket(paths.socket, () => resolve(socket));
    socket.once('error', (error) => resolve(errorCode(error)));
  });
}

test('a full queue is waited for', async () => {
  const busy = await startBusy();
  const waiting: Socket[] = [];
  try {
    for (;;) {
      const one = await tryRaw();
      if (typeof one !== 'object') break;
      waiting.push(one);
    }
    expect(waiting.length).toBeGreaterThan(0);
    const connecting = connect(paths);
    // Its first attempt was made in the call; the queue is still full after it.
    expect(await tryRaw()).toBe('EAGAIN');
    busy.stdin?.write('\n');
    const connection = await connecting;
    expect(connection?.closed).toBe(false);
    connection?.close();
  } finally {
    for (const socket of waiting) socket.destroy();
    busy.kill('SIGKILL');
    await once(busy, 'exit');
  }
});
