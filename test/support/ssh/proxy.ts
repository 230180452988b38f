/**
 * A connection between ssh and sshd that a test makes bad: it delays, stalls, cuts, and passes
 * bytes one by one.
 */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface LineProxy {
  readonly port: number;
  /** Of each way. */
  delayMs: number;
  /** One byte in a packet. */
  bytewise: boolean;
  /**
   * Nothing passes, and nothing is closed, as with a dead NAT entry. What came meanwhile passes
   * later.
   */
  stalled: boolean;
  /**
   * Ends all connections, as a reset does.
   * @returns how many there were
   */
  cut(): number;
}

/** Forwards to a port of this machine; by default it ends with the test. */
export async function startProxy(
  to: number,
  atEnd: (end: () => void) => void = onTestFinished,
): Promise<LineProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port: to, host: '127.0.0.1', noDelay: true });
    const pair = [near, far] as const;
    pairs.add(pair);
    for (const [from, into] of [pair, [far, near]] as const) {
      const end = () => {
        pairs.delete(pair);
        near.destroy();
        far.destroy();
      };
      from.on('data', (bytes) => void pass(bytes, into));
      from.once('error', end).once('close', end);
    }
  });
  const queues = new Map<Socket, Promise<void>>();
  const pass = (bytes: Buffer, into: Socket) => {
    const due = Date.now() + proxy.delayMs;
    const before = queues.get(into) ?? Promise.resolve();
    const next = before.then(async () => {
      await pause(due - Date.now());
      while (proxy.stalled && !into.destroyed) await pause(20);
      if (into.destroyed) return;
      if (!proxy.bytewise) into.write(bytes);
      else for (const byte of bytes) into.write(Uint8Array.of(byte));
    });
    queues.set(into, next);
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: LineProxy = {
    port: (server.address() as AddressInfo).port,
    delayMs: 0,
    bytewise: false,
    stalled: false,
    cut: () => {
      const { size } = pairs;
      for (const [near, far] of pairs) {
        near.resetAndDestroy();
        far.resetAndDestroy();
      }
      pairs.clear();
      return size;
    },
  };
  atEnd(() => {
    proxy.cut();
    server.close();
  });
  return proxy;
}

function pause(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
