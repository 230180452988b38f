/**
 * Writes straight to the kernel, and only what that does not take goes through Node's stream: a
 * stream's own write costs some 10 µs, as much as everything else that is done for a key here.
 */
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { descriptorOf } from './descriptor.ts';
import { errorCode } from './errors.ts';

/** The bytes must not change afterwards: what the kernel did not take is kept. */
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
