/**
 * The only place that uses undocumented parts of Node's sockets and terminals: descriptors, which a
 * hand-over passes on, stopping to read so that data stays in the kernel, and the progress of writes.
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

/** The file descriptor; undefined once it is closed. */
export function descriptorOf(socket: Socket | Server): number | undefined {
  const { _handle: handle } = socket as unknown as Behind;
  // Read only once: it is a native getter, and this runs for each chunk of output.
  const fd = handle?.fd ?? -1;
  return fd >= 0 ? fd : undefined;
}

/** Bytes that libuv has not written yet, counting partial writes. Undefined once it is closed. */
export function unwrittenBytes(socket: Socket): number | undefined {
  return (socket as unknown as Behind)._handle?.writeQueueSize;
}

/**
 * Node makes terminals, and the pipes of standard output, blocking: one that accepts no output would stop
 * the whole process.
 */
export function neverBlock(terminal: WriteStream | Socket): void {
  (terminal as unknown as Behind)._handle?.setBlocking?.(false);
}

/**
 * Asks the kernel for the size, and emits `resize` if it has changed. Node does so by itself only for
 * `process.stdout` and `process.stderr`.
 */
export function refreshSize(terminal: WriteStream): void {
  (terminal as unknown as { _refreshSize?(): void })._refreshSize?.();
}

/** Stops at once, whereas `pause` reads on until a buffer is full. Undone by {@link startReading}. */
export function stopReading(socket: Socket): void {
  socket.pause();
  const { _handle: handle } = socket as unknown as Behind;
  if (!handle?.reading) return;
  handle.reading = false;
  handle.readStop?.();
}

/** Undoes {@link stopReading}; `resume` alone would do nothing, as the stream believes it is reading. */
export function startReading(socket: Socket): void {
  socket.resume();
  const { _handle: handle } = socket as unknown as Behind;
  if (handle?.reading !== false) return;
  handle.reading = true;
  handle.readStart?.();
}

/**
 * Reads into one buffer from now on, as with the option `onread` of a new socket; otherwise Node allocates
 * 64 KiB for each read, and each key is a read. `onRead` must copy the bytes. What was read before stays
 * in the stream.
 * @returns false if this Node does not support it; then nothing has changed
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

/** What was read but not consumed; it stays in the stream. Needs {@link stopReading} first. */
export function takeBuffered(socket: Socket): Uint8Array {
  // With nothing buffered, `read` would make a socket that reads into one buffer start reading again.
  const bytes = socket.readableLength > 0 ? (socket.read() as Uint8Array | null) : null;
  if (!bytes) return new Uint8Array(0);
  if (!socket.readableEnded) socket.unshift(bytes);
  return bytes;
}

/** How many more descriptors this process may open; undefined if the system does not tell. */
export function freeDescriptors(): number | undefined {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1');
    const most = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Number.NaN);
    const open = readdirSync('/proc/self/fd').length;
    return Number.isNaN(most) ? undefined : Math.max(0, most - open);
  } catch (error) {
    // The limit is reached, so not even this file can be opened.
    return errorCode(error) === 'EMFILE' ? 0 : undefined;
  }
}

/** Descriptors needed to start a process, besides those that it inherits. */
const SPARE_FDS = 16;

/**
 * Node leaks the pipes of a child that cannot be started for lack of descriptors.
 * @throws Error if there are too few for `what`, a process that inherits `inherited` of them
 */
export function checkRoomToStart(what: string, inherited: number): void {
  const free = freeDescriptors();
  if (free !== undefined && free < inherited + SPARE_FDS)
    throw new Error(`${free} more files can be opened, which is too few for ${what}`);
}
