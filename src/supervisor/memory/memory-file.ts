/**
 * Anonymous files in memory. What a supervisor writes there outlives it, as its guard has them open
 * too, and is never on a disk. Linux only.
 */
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** A tmpfs that every Linux has; Docker gives it 64 MiB. */
const DIRECTORY = '/dev/shm';
/**
 * O_TMPFILE of open(2), for which Node has no constant. It includes O_DIRECTORY, whose value
 * depends on the processor.
 */
const O_TMPFILE = 0o20000000 | constants.O_DIRECTORY;

/**
 * @returns a close-on-exec descriptor
 * @throws the system's error where there is no such file system
 */
export function openMemoryFile(): number {
  return openSync(DIRECTORY, O_TMPFILE | constants.O_RDWR, 0o600);
}

/**
 * Reopens an inherited file as a close-on-exec descriptor, so that no other process gets it by
 * accident.
 * @throws the system's error
 */
export function reopenMemoryFile(fd: number): number {
  const again = openSync(`/proc/self/fd/${fd}`, constants.O_RDWR);
  closeSync(fd);
  return again;
}

/** Header before the content: number of the write, length, checksum. */
const FRAME_BYTES = 12;

/**
 * A value in a memory file that is replaced as a whole. It has two places, written in turns, so if
 * the process is killed in the middle of a write, the previous value is still there.
 */
export class Part {
  /** The size of one place, without the header. */
  readonly capacity: number;
  readonly #fd: number;
  readonly #offset: number;
  #writes = 0;

  /** Uses `2 * bytes` of the file, from `offset` on. Only what is written takes memory. */
  constructor(fd: number, offset: number, bytes: number) {
    this.#fd = fd;
    this.#offset = offset;
    this.capacity = bytes - FRAME_BYTES;
  }

  /**
   * @returns false if it is too large; the previous value then stays
   * @throws the system's error when memory is short; the previous value then stays, too
   */
  write(content: Uint8Array): boolean {
    if (content.length > this.capacity) return false;
    const writes = this.#writes + 1;
    const frame = Buffer.allocUnsafe(FRAME_BYTES + content.length);
    frame.writeUInt32LE(writes, 0);
    frame.writeUInt32LE(content.length, 4);
    frame.set(content, FRAME_BYTES);
    frame.writeUInt32LE(checksum(frame), 8);
    writeAll(this.#fd, frame, this.#place(writes));
    this.#writes = writes;
    return true;
  }

  /** The last value that was written completely; undefined if there is none. */
  read(): Uint8Array | undefined {
    const places = [0, 1].flatMap((writes) => this.#readPlace(writes) ?? []);
    const [last] = places.sort((a, b) => b.writes - a.writes);
    this.#writes = last?.writes ?? 0;
    return last?.content;
  }

  #readPlace(place: number): { writes: number; content: Uint8Array } | undefined {
    const head = Buffer.alloc(FRAME_BYTES);
    const at = this.#place(place);
    readSync(this.#fd, head, 0, FRAME_BYTES, at);
    const [writes, length] = [head.readUInt32LE(0), head.readUInt32LE(4)];
    if (writes === 0 || length > this.capacity) return undefined;
    const frame = Buffer.alloc(FRAME_BYTES + length);
    if (readSync(this.#fd, frame, 0, frame.length, at) < frame.length) return undefined;
    if (frame.readUInt32LE(8) !== checksum(frame)) return undefined;
    return { writes, content: frame.subarray(FRAME_BYTES) };
  }

  #place(writes: number): number {
    return this.#offset + (writes % 2) * (this.capacity + FRAME_BYTES);
  }
}

/** Of all fields but the checksum itself. */
function checksum(frame: Buffer): number {
  return crc32(frame.subarray(FRAME_BYTES), crc32(frame.subarray(0, 8)));
}

/** On a full file system the first write may be partial. */
function writeAll(fd: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) {
    const written = writeSync(fd, bytes, done, bytes.length - done, at + done);
    if (written === 0) throw new Error('nothing more can be written');
    done += written;
  }
}
