/**
 * The one place that reaches behind Node's sockets, for the hand-over to a successor: descriptors,
 * and a stop of reading that leaves what has not been read in the kernel.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { errorCode } from './errors.ts';

interface Behind {
  _handle?: {
    fd?: number;
    reading?: boolean;
    readStart?(): void;
    readStop?(): void;
    useUserBuffer?(buffer: Uint8Array): void;
  } | null;
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

/**
 * Has what comes read into one buffer again and again, as the option `onread` of a new socket does:
 * for each read of any other socket 64 KiB are allocated, and a key is one read. `onRead` is to take
 * the bytes away. What was read before stays in the stream.
 * @returns false where this Node does not have what is needed: nothing has changed then.
 */
export function readInto(
  socket: Socket,
  buffer: Uint8Array,
  onRead: (length: number) => void,
): boolean {
  const { _handle: handle } = socket as unknown as Behind;
  const own = (name: string) =>
    Object.getOwnPropertySymbols(socket).find(({ description }) => description === name);
  const [toBuffer, toCallback] = [own('kBuffer'), own('kBufferCb')];
  if (!toBuffer || !toCallback || !handle?.useUserBuffer) return false;
  Object.assign(socket, {
    [toBuffer]: buffer,
    [toCallback]: (length: number) => {
      onRead(length);
      return true;
    },
  });
  handle.useUserBuffer(buffer);
  return true;
}

/** What was read and not handed on, which stays there; the socket must have been stopped. */
export function takeBuffered(socket: Socket): Uint8Array {
  // Asked for what it does not have, a socket that reads into a buffer begins to read again.
  const bytes = socket.readableLength > 0 ? (socket.read() as Uint8Array | null) : null;
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
