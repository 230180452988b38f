/**
 * Writes straight to the kernel, and passes only what it does not take to Node's stream: a stream's own
 * write takes some 10 µs, as much as everything else that a key needs.
 */
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { descriptorOf } from './descriptor.ts';
import { errorCode } from './errors.ts';

/** The bytes must not change afterwards: those that the kernel does not take are queued. */
export function writeNow(socket: Socket, bytes: Uint8Array): void {
  const fd = descriptorOf(socket);
  if (fd === undefined || socket.connecting || socket.writableLength > 0 || socket.writableEnded) {
    socket.write(bytes);
    return;
  }
  let taken = 0;
  try {
    taken = writeSync(fd, bytes);
  } catch (error) {
    if (errorCode(error) !== 'EAGAIN') {
      socket.destroy();
      return;
    }
  }
  if (taken < bytes.length) socket.write(bytes.subarray(taken));
}
