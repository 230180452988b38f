/**
 * Reads and writes the ends of a stream between two machines, with as little as possible of Node's streams
 * in between: each key is read and written in four places.
 */
import { Socket } from 'node:net';
import {
  neverBlock,
  readInto,
  startReading,
  stopReading,
  takeBuffered,
} from '../../platform/descriptor.ts';
import { writeNow } from '../../platform/socket-write.ts';

/** Node's own read size. */
const READ_BYTES = 64 * 1024;
const NOTHING = new Uint8Array(0);

/**
 * Reads from now on, beginning with what is already buffered. It reads into one buffer: a new one of 64 KiB
 * for each key would keep the garbage collector busy. To be paused by `stopReading` only.
 */
export function readEnd(end: NodeJS.ReadableStream, onBytes: (bytes: Buffer) => void): void {
  if (end instanceof Socket) {
    stopReading(end);
    const before = takeBuffered(end);
    // `takeBuffered` leaves a copy in the stream.
    if (before.length > 0) end.read();
    if (before.length > 0) onBytes(Buffer.from(before));
    const landing = Buffer.allocUnsafeSlow(READ_BYTES);
    const onRead = (length: number) => onBytes(Buffer.from(landing.subarray(0, length)));
    if (readInto(end, landing, onRead)) {
      startReading(end);
      return;
    }
    startReading(end);
  }
  end.on('data', onBytes);
}

/** The bytes must not change afterwards. */
export function writeEnd(end: NodeJS.WritableStream, bytes: Uint8Array): void {
  if (end instanceof Socket) writeNow(end, bytes);
  else end.write(bytes);
}

/** As {@link writeEnd}; `taken` is called once the bytes need no more room here. */
export function writeCounted(end: Socket, bytes: Uint8Array, taken: () => void): void {
  writeNow(end, bytes);
  if (end.writableLength === 0) taken();
  else end.write(NOTHING, taken);
}

/** Node makes standard output blocking: a connection that stalls would stop the whole process. */
export function neverBlockEnd(end: NodeJS.WritableStream): void {
  if (end instanceof Socket) neverBlock(end);
}
