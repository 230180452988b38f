/** What a hand-over waits for, where a connection is just being closed. */
import { expect, test } from 'vitest';
import { handOver } from '../../../../src/supervisor/hand-over/hand-over.ts';
import type { HandOverParts } from '../../../../src/supervisor/hand-over/parts.ts';

class Control {
  readonly fd: number | undefined;

  constructor(fd: number | undefined) {
    this.fd = fd;
  }

  pause() {}
  resume() {}
  busy() {
    return false;
  }
  takePartial() {
    return new Uint8Array(0);
  }
}

test('a connection that is just being closed is waited for', async () => {
  const requester = new Control(0);
  const closing = new Control(undefined);
  const controls = new Set([requester, closing]);
  // As Node does: first the descriptor goes, then the connection is said to be closed.
  setTimeout(() => controls.delete(closing), 20);
  const parts = {
    table: { all: () => [], colors: {} },
    server: {
      controls,
      greeting: 0,
      listener: { fd: 0, giveAway: () => {}, takeBack: () => {} },
    },
    events: { hold: () => {}, release: () => {} },
    dataSockets: { offered: () => [] },
    log: { info: () => {}, error: () => {} },
    logPath: '/dev/null',
    eventSeq: () => 0,
  } as unknown as HandOverParts;
  const successor = { node: '/nowhere/node', script: '/nowhere/supervisor.js' };
  const asked = handOver(parts, successor, requester as never, 1);
  // As far as the start of the successor, that is.
  await expect(asked).rejects.toThrow(/cannot be started/);
});
