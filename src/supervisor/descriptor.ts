/**
 * The one place that reaches behind Node's sockets, for the hand-over to a successor: descriptors,
 * and a stop of reading that leaves what has not been read in the kernel.
 */
import type { Server, Socket } from 'node:net';

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
  if (!handle || handle.reading !== false) return;
  handle.reading = true;
  handle.readStart?.();
}

/** What was read and not handed on; the socket must have been stopped. */
export function takeBuffered(socket: Socket): Uint8Array {
  return (socket.read() as Uint8Array | null) ?? new Uint8Array(0);
}
