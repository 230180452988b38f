/** Connections that end before anybody has heard them are made again, and never afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { DataConnection } from '../../../../src/client/attach/data-connection.ts';
import { Connection } from '../../../../src/client/connection/connection.ts';
import { waitUntil } from '../../../support/process/wait-until.ts';

const WELCOME = { type: 'welcome', protocol: 1, version: '0.1.0', pid: 1, features: ['list'] };
const SESSIONS = { type: 'sessions', id: 1, sessions: [] };

let directory: string;
let server: Server;
/** What was heard on each connection. */
let heard: string[];
/** Called with each part that is heard. */
let onHeard: (socket: Socket, nth: number) => void;

const path = () => join(directory, 'socket');

function listen(): Promise<void> {
  server = createServer((socket) => {
    const nth = heard.push('') - 1;
    socket.on('error', () => socket.destroy());
    socket.on('data', (bytes) => {
      heard[nth] += bytes.toString();
      onHeard(socket, nth);
    });
  });
  return new Promise((resolve) => {
    server.listen(path(), resolve);
  });
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'cs-heard-'));
  heard = [];
  await listen();
});
afterEach(() => {
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

const say = (socket: Socket, ...messages: object[]) =>
  socket.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(path(), () => resolve(socket)).once('error', reject);
  });
}

test('a request on a control connection that ends before its greeting is made once more', async () => {
  onHeard = (socket, nth) => {
    if (nth < 2) socket.destroy();
    else say(socket, WELCOME, SESSIONS);
  };
  using connection = new Connection(await open(), open);
  expect(await connection.request({ type: 'list' }, 'sessions')).toEqual(SESSIONS);
  expect(heard).toHaveLength(3);
  expect(heard[0]).toContain('"list"');
  expect(heard[2]).toBe(heard[0]);
});

test('what was asked when the greeting had come is not asked again', async () => {
  onHeard = (socket) => {
    say(socket, WELCOME);
    socket.end();
  };
  using connection = new Connection(await open(), open);
  await expect(connection.request({ type: 'list' }, 'sessions')).rejects.toThrow('gone away');
  expect(heard).toHaveLength(1);
});

test('a connection that is refused is not made again, nor one that ends again and again for ever', async () => {
  onHeard = (socket) => {
    say(socket, { type: 'refused', id: 0, code: 'limit', message: 'full', hint: 'x' });
    socket.end();
  };
  using refused = new Connection(await open(), open);
  await expect(refused.request({ type: 'list' }, 'sessions')).rejects.toThrow('full');
  expect(heard).toHaveLength(1);
  onHeard = (socket) => socket.destroy();
  using hopeless = new Connection(await open(), open);
  await expect(hopeless.request({ type: 'list' }, 'sessions')).rejects.toThrow('runs, but');
  expect(heard.length).toBeGreaterThan(2);
});

test('a data connection is opened again, with its token, until the supervisor has answered', async () => {
  const sockets: Socket[] = [];
  onHeard = (socket, nth) => {
    sockets.push(socket);
    if (nth === 0) socket.destroy();
  };
  let closed = false;
  const data = new DataConnection(path(), 'abcd', {
    onData: () => true,
    onDrain: () => {},
    onClosed: () => {
      closed = true;
    },
  });
  await waitUntil(() => sockets.length === 2, { what: 'the second connection' });
  expect(heard[1]).toBe(heard[0]);
  expect(heard[1]).toContain('abcd');
  data.answered();
  sockets[1]?.destroy();
  await waitUntil(() => closed, { what: 'its end' });
  expect(data.closed).toBe(true);
  expect(heard).toHaveLength(2);
});

test('so is one that came while nobody listened', async () => {
  server.close();
  const data = new DataConnection(path(), 'abcd', {
    onData: () => true,
    onDrain: () => {},
    onClosed: () => {},
  });
  onHeard = () => {};
  await waitUntil(() => data.closed, { what: 'the first one to fail' });
  await listen();
  await waitUntil(() => heard[0]?.includes('abcd'), { what: 'the next one' });
  data.destroy();
});
