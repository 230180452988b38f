/** Finds the skippable part of the unparsed output, from the head of the queue on. */
import type { UnparsedOutput } from '../unparsed-output.ts';
import {
  attributesOf,
  beginOfLastLines,
  endOfLastLine,
  SkippableOutput,
} from './skippable-output.ts';

/** Scanned per call: 0.05 ms. After output that was not skippable ten times as much may be queued. */
export const SCANNED_MAX_BYTES = 64 * 1024;
/** Counts of items that have left the queue are removed in batches of this size. */
const LEFT_MAX = 1024;
/** Longer last lines are not worth it: parsing them takes some 2 ms. */
const LAST_LINES_MAX_BYTES = 64 * 1024;

/** The byte `at` of an item of the queue. */
interface Cut {
  readonly item: number;
  readonly at: number;
}

export class QueueScan {
  readonly #queue: UnparsedOutput;
  readonly #text = new SkippableOutput();
  /** Numbers of the queue's items: all from its head to here are skippable … */
  #scanned = 0;
  /** … and the next one is not. */
  #blocked = false;
  /** Line feeds in each item from the number `#base` on. */
  #lineFeeds: number[] = [];
  #base = 0;

  constructor(queue: UnparsedOutput) {
    this.#queue = queue;
  }

  /** Scans each byte once. @returns whether all scanned so far is skippable */
  scan(): boolean {
    const queue = this.#queue;
    this.#follow(queue.first);
    let left = SCANNED_MAX_BYTES;
    while (!this.#blocked && this.#scanned < queue.end && left > 0) {
      const item = queue.item(this.#scanned);
      const from = this.#scanned === queue.first ? queue.offset : 0;
      if (item instanceof Uint8Array) left -= item.length;
      const feeds = item instanceof Uint8Array ? this.#text.lineFeeds(item, from) : -1;
      if (feeds < 0) this.#blocked = true;
      else this.#lineFeeds[this.#scanned++ - this.#base] = feeds;
    }
    queue.seal(this.#scanned);
    return !this.#blocked;
  }

  /**
   * Drops the scanned output that is followed by at least `lines` line feeds, if that is `least` bytes
   * or more.
   *
   * @returns the attributes that it sets; 'too-many' if these are too long, undefined if there is
   * nothing to drop
   */
  skip(lines: number, least: number): Uint8Array | 'too-many' | undefined {
    const cut = this.#cut(lines);
    if (!cut) return undefined;
    const chunks = this.#before(cut);
    const bytes = chunks.reduce((sum, { length }) => sum + length, 0);
    if (bytes < least) return undefined;
    const attributes = attributesOf(chunks);
    if (!attributes) return 'too-many';
    this.#queue.drop(cut.item, cut.at, bytes);
    return attributes;
  }

  /** Scans the whole queue. @returns whether all of it is skippable */
  scanAll(): boolean {
    while (this.scan()) if (this.#scanned === this.#queue.end) return true;
    return false;
  }

  /**
   * The last `lines` lines of a queue that is scanned to its end, after the attributes that they
   * begin with; undefined if it has fewer lines, or very long ones.
   */
  lastLines(lines: number): Uint8Array[] | undefined {
    const { first, end, offset } = this.#queue;
    const last: Uint8Array[] = [];
    let left = lines;
    let bytes = 0;
    for (let item = end - 1; item >= first && bytes < LAST_LINES_MAX_BYTES; item--) {
      const chunk = this.#queue.item(item) as Uint8Array;
      const from = item === first ? offset : 0;
      const begin = beginOfLastLines(chunk, from, left);
      if (begin.left === 0) {
        const attributes = attributesOf(this.#before({ item, at: begin.at }));
        return attributes && [attributes, chunk.subarray(begin.at), ...last.reverse()];
      }
      left = begin.left;
      bytes += chunk.length - from;
      last.push(chunk.subarray(from));
    }
    return undefined;
  }

  /** From the head of the queue to the byte `at` of an item. */
  #before({ item, at }: Cut): Uint8Array[] {
    const { first, offset } = this.#queue;
    const chunks: Uint8Array[] = [];
    for (let n = first; n <= item; n++) chunks.push(this.#queue.item(n) as Uint8Array);
    chunks.push((chunks.pop() as Uint8Array).subarray(0, at));
    chunks[0] = (chunks[0] as Uint8Array).subarray(offset);
    return chunks;
  }

  /** Starts again at the head of the queue if everything scanned has been parsed. */
  #follow(first: number): void {
    if (first > this.#scanned || (first === this.#scanned && !this.#blocked)) {
      this.#scanned = first;
      this.#blocked = false;
      this.#text.reset();
      this.#lineFeeds.length = 0;
      this.#base = first;
    }
    if (first - this.#base < LEFT_MAX) return;
    this.#lineFeeds.splice(0, first - this.#base);
    this.#base = first;
  }

  /** The position after the last CR LF that is followed by whole items with `lines` line feeds. */
  #cut(lines: number): Cut | undefined {
    const { first, offset } = this.#queue;
    let item = this.#scanned - 1;
    let feeds = 0;
    for (; item >= first && feeds < lines; item--)
      feeds += this.#lineFeeds[item - this.#base] as number;
    if (item < first) return undefined;
    const from = item === first ? offset : 0;
    const at = endOfLastLine(this.#queue.item(item) as Uint8Array, from);
    return at < 0 ? undefined : { item, at };
  }
}
