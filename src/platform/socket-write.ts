/**
 * A write that takes the short way: what a socket's buffer in the kernel takes is gone when this
 * returns, and only the rest goes through Node's stream. A stream's own write costs some 10 µs, as
 * much as everything else that is done for a key on this side.
 */
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { errorCode } from './errors.ts';

/** The bytes must not change afterwards: a rest of them is kept until it can be written. */
export function writeNow(socket: Socket, bytes: Uint8Array): void {
  const { _handle: handle } = socket as unknown as { _handle?: { fd?: number } | null };
  const fd = handle?.fd ?? -1;
  if (fd < 0 || socket.connecting || socket.writableLength > 0 || socket.writableEnded) {
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
