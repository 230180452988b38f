/**
 * The one place that reaches behind Node's sockets, for the hand-over to a successor: descriptors,
 * and a stop of reading that leaves what has not been read in the kernel.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { errorCode } from '../errors.ts';

interface Behind {
  _handle?: { fd?: number; reading?: boolean; readStart?(): void; readStop?(): void } | null;
}

/** Undefined once it is closed. */
export function descriptorOf(socket: Socket | Server): number | undefined {
  const { _handle: handle } = socket as unknown as Behind;
  return handle?.fd !== undefined && handle.fd >= 0 ? handle.fd : undefined;
}

/** Unlike `pause` alone, which reads on until a buffer is full. Undone by `startReading`. */
export function stopReading(socket: Socket): void {
  socket.pause();
  const { _handle: handle } = socket as unknown as Behind;
  if (!handle?.reading) return;
  handle.reading = false;
  handle.readStop?.();
}

/** The stream believes that it is reading still, and would not ask again. */
export function startReading(socket: Socket): void {
  socket.resume();
  const { _handle: handle } = socket as unknown as Behind;
  if (handle?.reading !== false) return;
  handle.reading = true;
  handle.readStart?.();
}

/** What was read and not handed on, which stays there; the socket must have been stopped. */
export function takeBuffered(socket: Socket): Uint8Array {
  const bytes = socket.read() as Uint8Array | null;
  if (!bytes) return new Uint8Array(0);
  if (!socket.readableEnded) socket.unshift(bytes);
  return bytes;
}

/** How many files this process may still open; undefined where the system does not tell. */
export function freeDescriptors(): number | undefined {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    const most = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.NaN);
    const open = readdirSync('/proc/self/fd').length;
    return Number.isNaN(most) ? undefined : Math.max(0, most - open);
  } catch (error) {
    // The limit is reached: not even this directory can be read.
    return errorCode(error) === 'EMFILE' ? 0 : undefined;
  }
}
