/**
 * The stream between two machines: frames with a kind, a channel and a payload, in both directions.
 * The other machine may send anything, so whatever is not a valid frame ends the stream.
 */

/** Kind (1 byte), zero (1), channel (2), length of the payload (4); big-endian. */
export const HEADER_BYTES = 8;
/** Of a payload: as much as a pipe holds, so that no frame delays the next one for long. */
export const PAYLOAD_MAX_BYTES = 64 * 1024;
/**
 * A request contains the words of a command: a prompt of the maximum length that Codex takes, in
 * JSON.
 */
export const OPEN_MAX_BYTES = 8 * 1024 * 1024;

/** Sent on the wire: a number never gets another meaning. */
export const KIND = {
  /** Requests a new channel; JSON. */
  open: 1,
  /** The channel is open; JSON. */
  opened: 2,
  /** The channel is refused, and why; JSON. */
  refused: 3,
  /** Bytes: input, standard output, or a socket's. */
  data: 4,
  /** Bytes of standard error. */
  errors: 5,
  /** No more `data` follows. */
  end: 6,
  /** This many more bytes may be sent; 4 bytes. */
  window: 7,
  /** How the command ended; JSON. The last frame of its channel. */
  exit: 8,
  /** The channel has ended, and what runs in it ends. The last frame of its sender in it. */
  close: 9,
  /** A signal for the command: `INT` or `TERM`, as text. */
  signal: 10,
  /**
   * `data` that is input: a clock (4 bytes, ms since the greeting arrived) and the bytes; never
   * split.
   */
  typed: 11,
  /** Input came too late: how many bytes (4), and the clock there (4, ms since its greeting). */
  dropped: 12,
} as const;

export type Kind = (typeof KIND)[keyof typeof KIND];

export interface Frame {
  readonly kind: Kind;
  readonly channel: number;
  readonly payload: Uint8Array;
}

const HIGHEST_KIND = KIND.dropped;
export const CHANNEL_MAX = 0xffff;

/** The received bytes are not a frame: nothing after them can be read. */
export class FrameError extends Error {
  override name = 'FrameError';
}

export function encodeFrame(
  kind: Kind,
  channel: number,
  payload: Uint8Array = new Uint8Array(0),
): Buffer {
  const frame = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  frame.writeUInt16BE(kind << 8, 0);
  frame.writeUInt16BE(channel, 2);
  frame.writeUInt32BE(payload.length, 4);
  frame.set(payload, HEADER_BYTES);
  return frame;
}

/** Of 32 bits each. */
export function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [at, value] of values.entries()) bytes.writeInt32BE(value | 0, 4 * at);
  return bytes;
}

/**
 * The minimum number.
 * @throws FrameError
 */
export function numbers(payload: Uint8Array, count: number): number[] {
  if (payload.length < 4 * count) throw new FrameError('a frame is too short');
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  return Array.from({ length: count }, (_, at) => bytes.readUInt32BE(4 * at));
}

/** Extracts frames from chunks of a stream; keeps at most one incomplete frame. */
export class FrameReader {
  #parts: Uint8Array[] = [];
  #bytes = 0;
  /** This many bytes must have come before another frame can be complete. */
  #wanted = HEADER_BYTES;

  /** @throws FrameError for an invalid frame */
  *push(chunk: Uint8Array): Generator<Frame> {
    this.#parts.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes < this.#wanted) return;
    let all = this.#parts.length === 1 ? asBuffer(chunk) : Buffer.concat(this.#parts);
    for (;;) {
      this.#wanted = wantedBytes(all);
      if (all.length < this.#wanted) break;
      const payload = all.subarray(HEADER_BYTES, this.#wanted);
      const frame = { kind: (all[0] ?? 0) as Kind, channel: all.readUInt16BE(2), payload };
      all = all.subarray(this.#wanted);
      yield frame;
    }
    this.#parts = all.length === 0 ? [] : [all];
    this.#bytes = all.length;
  }

  /** The stream has ended in the middle of a frame. */
  get isWithin(): boolean {
    return this.#bytes > 0;
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The length of the frame that begins here, or of its header if that is incomplete. */
function wantedBytes(bytes: Buffer): number {
  if (bytes.length < HEADER_BYTES) return HEADER_BYTES;
  const kind = bytes[0] ?? 0;
  if (kind < 1 || kind > HIGHEST_KIND || bytes[1] !== 0)
    throw new FrameError(`what came is no frame (it begins with ${bytes.toString('hex', 0, 4)})`);
  const length = bytes.readUInt32BE(4);
  const most = kind === KIND.open ? OPEN_MAX_BYTES : PAYLOAD_MAX_BYTES;
  if (length > most) throw new FrameError(`a frame of ${length} bytes is over ${most}`);
  return HEADER_BYTES + length;
}
