/**
 * The one place that uses what Node's sockets and terminals have and do not declare: descriptors, which
 * a hand-over passes on, a stop of reading that leaves the rest in the kernel, and how far a write got.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import type { WriteStream } from 'node:tty';
import { errorCode } from './errors.ts';

interface Behind {
  _handle?: {
    fd?: number;
    reading?: boolean;
    readStart?(): void;
    readStop?(): void;
    useUserBuffer?(buffer: Uint8Array): void;
    setBlocking?(blocking: boolean): void;
    writeQueueSize?: number;
  } | null;
}

/** Undefined once it is closed. */
export function descriptorOf(socket: Socket | Server): number | undefined {
  const { _handle: handle } = socket as unknown as Behind;
  // It is a getter of native code, and this is done for each chunk of output.
  const fd = handle?.fd ?? -1;
  return fd >= 0 ? fd : undefined;
}

/** Bytes that libuv has still to write; less with each partial write. Undefined once it is closed. */
export function unwrittenBytes(socket: Socket): number | undefined {
  return (socket as unknown as Behind)._handle?.writeQueueSize;
}

/** Node makes terminals blocking: one that does not read would stop the whole process. */
export function neverBlock(terminal: WriteStream): void {
  (terminal as unknown as Behind)._handle?.setBlocking?.(false);
}

/** Asks the kernel for the size, and emits `resize` if it has changed. Node does it for stdout alone. */
export function refreshSize(terminal: WriteStream): void {
  (terminal as unknown as { _refreshSize?(): void })._refreshSize?.();
}

/** Unlike `pause` alone, which reads on until a buffer is full. Undone by `startReading`. */
export function stopReading(socket: Socket): void {
  socket.pause();
  const { _handle: handle } = socket as unknown as Behind;
  if (!handle?.reading) return;
  handle.reading = false;
  handle.readStop?.();
}

/** The stream believes that it still reads, so `resume` alone would do nothing. */
export function startReading(socket: Socket): void {
  socket.resume();
  const { _handle: handle } = socket as unknown as Behind;
  if (handle?.reading !== false) return;
  handle.reading = true;
  handle.readStart?.();
}

/**
 * Reads into one buffer from now on, as the option `onread` of a new socket does: any other socket
 * allocates 64 KiB for each read, and a key is one read. `onRead` must copy the bytes. What was read
 * before stays in the stream.
 * @returns false where this Node lacks what is needed; nothing has changed then.
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

/** What was read and not consumed; it stays in the stream. The socket must have been stopped. */
export function takeBuffered(socket: Socket): Uint8Array {
  // With nothing buffered, `read` would make a socket that reads into a buffer read again.
  const bytes = socket.readableLength > 0 ? (socket.read() as Uint8Array | null) : null;
  if (!bytes) return new Uint8Array(0);
  if (!socket.readableEnded) socket.unshift(bytes);
  return bytes;
}

/** How many more files this process may open; undefined where the system does not tell. */
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
