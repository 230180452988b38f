/**
 * Where output lies until it is parsed. It comes in memory that everybody shares who gets it; kept
 * there, in a flood, it would grow old for the engine, and be collected late: beside a client that
 * stalls the supervisor grew by up to 20 MiB. So it is copied (10 µs for 64 KiB) into blocks of our
 * own, which are used again by all screens.
 */
import { noteReleased } from '../heap.ts';

/** What one read of a terminal brings at most fits in. */
const BLOCK_BYTES = 64 * 1024;
/** As much as one screen leaves to lie. */
const FREE_MAX = 16;

interface Block {
  readonly bytes: Uint8Array;
  used: number;
  /** Chunks in it that are not parsed yet. */
  waiting: number;
}

/** Of all screens. */
const free: Block[] = [];

/** Nobody writes much any more. */
export function releaseBlocks(): void {
  noteReleased(free.length * BLOCK_BYTES);
  free.length = 0;
}

export class Blocks {
  readonly #inUse = new Map<ArrayBufferLike, Block>();
  #last: Block | undefined;

  /** A copy of at most 64 KiB, until it is given back; a larger chunk is returned as it is. */
  copyOf(chunk: Uint8Array): Uint8Array {
    if (chunk.length > BLOCK_BYTES) return chunk;
    const block = this.#withRoom(chunk.length);
    const copy = block.bytes.subarray(block.used, block.used + chunk.length);
    copy.set(chunk);
    block.used += chunk.length;
    block.waiting += 1;
    return copy;
  }

  /** A chunk is done with, whether it came from here or not. */
  giveBack(chunk: Uint8Array): void {
    const block = this.#inUse.get(chunk.buffer);
    if (!block) return;
    block.waiting -= 1;
    if (block.waiting > 0) return;
    this.#inUse.delete(chunk.buffer);
    if (this.#last === block) this.#last = undefined;
    if (free.length < FREE_MAX) free.push(block);
  }

  #withRoom(bytes: number): Block {
    if (this.#last && BLOCK_BYTES - this.#last.used >= bytes) return this.#last;
    const block = free.pop() ?? { bytes: new Uint8Array(BLOCK_BYTES), used: 0, waiting: 0 };
    block.used = 0;
    this.#inUse.set(block.bytes.buffer, block);
    this.#last = block;
    return block;
  }
}
