/** A client's two ways to its terminal, that its drain is reported on both, and its state. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Client } from '../../../../src/supervisor/session/client.ts';
import { waitUntil } from '../../../support/process/wait-until.ts';
import { Pty } from '../../../support/terminal/pty.ts';

const KIB = 1024;
/** So much the terminal may have taken without having said so. */
const PROBE_BYTES = 1024;

/** A terminal that nobody reads from. */
async function fullTerminal() {
  let said = '';
  const pty = new Pty(
    {
      file: '/bin/sh',
      args: ['-c', 'stty raw -echo; tty; exec sleep 1000'],
      env: { PATH: process.env.PATH ?? '' },
      cwd: '/',
      cols: 80,
      rows: 24,
    },
    (bytes) => {
      said += bytes.toString();
    },
  );
  onTestFinished(() => {
    process.kill(pty.pid, 'SIGKILL');
  });
  await waitUntil(() => said.includes('\n'), { what: 'the name of the terminal' });
  pty.pause();
  const path = said.trim();
  const { dev: device, ino: inode } = statSync(path);
  return { path, device, inode };
}

async function sockets(): Promise<[Socket, Socket]> {
  const dir = mkdtempSync(join(tmpdir(), 'cs-at-'));
  const server = createServer();
  onTestFinished(() => {
    server.close();
    rmSync(dir, { recursive: true, force: true });
  });
  await new Promise<void>((resolve) => server.listen(join(dir, 's'), resolve));
  const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const theirs = connect(join(dir, 's'));
  const ours = await accepted;
  ours.pause();
  theirs.pause();
  onTestFinished(() => {
    ours.destroy();
    theirs.destroy();
  });
  return [ours, theirs];
}

// What is left for the stream, after the kernel has taken its part, may be less than it ever tells of.
test.each(Array.from({ length: 24 }, (_, n) => (160 + n * 8) * KIB))(
  'all that a terminal had not taken of %i bytes is taken over the connection, and that is told',
  async (size) => {
    const file = await fullTerminal();
    const [ours, theirs] = await sockets();
    const terminal = { token: '', cols: 80, rows: 24, readOnly: false, scrollback: 'all' as const };
    const client = new Client(terminal, ours, () => {}, 0);
    let drained = 0;
    client.listen({ onInput: () => {}, onDrain: () => drained++, onGone: () => {} });
    client.output.openDirect(file);
    client.output.beginDirect(false);
    client.send(Buffer.alloc(size, 'x'));
    const waits = client.queuedBytes;
    expect(waits).toBeGreaterThan(0);
    client.output.stopDirect();
    let read = 0;
    theirs.on('data', (bytes) => {
      read += bytes.length;
    });
    theirs.resume();
    await waitUntil(() => drained > 0 && client.queuedBytes === 0, {
      what: 'the drain',
    });
    await waitUntil(() => read >= waits - PROBE_BYTES, { what: 'the rest' });
  },
);

test('a client that is skipped and scaled is both, until each is over', () => {
  const terminal = { token: '', cols: 80, rows: 24, readOnly: false, scrollback: 'all' as const };
  const client = new Client(terminal, new Socket(), () => {}, 0);
  const state = () => [client.isLive, client.isSkipping, client.isScaled];
  expect(state()).toEqual([true, false, false]);
  client.skip();
  expect(state()).toEqual([false, true, false]);
  client.scale();
  expect(state()).toEqual([false, true, true]);
  client.unscale();
  expect(state()).toEqual([false, true, false]);
  expect(client.catchUp()).toBe(true);
  expect(client.catchUp()).toBe(false);
  expect(state()).toEqual([true, false, false]);
  client.scale();
  client.skip();
  expect(client.catchUp()).toBe(true);
  expect(state()).toEqual([false, false, true]);
  client.unscale();
  expect(state()).toEqual([true, false, false]);
});
