/** Finds the skippable part of the unparsed output, from the head of the queue on. */
import type { UnparsedOutput } from '../unparsed-output.ts';
import { attributesOf, endOfLastLine, SkippableOutput } from './skippable-output.ts';

/** Scanned per call: 0.05 ms. After output that was not skippable ten times as much may be queued. */
export const SCANNED_MAX_BYTES = 64 * 1024;
/** Counts of items that have left the queue are removed in batches of this size. */
const LEFT_MAX = 1024;

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
    const queue = this.#queue;
    const { first, offset } = queue;
    const cut = this.#cut(lines);
    if (!cut) return undefined;
    const chunks: Uint8Array[] = [];
    for (let n = first; n <= cut.item; n++) chunks.push(queue.item(n) as Uint8Array);
    chunks.push((chunks.pop() as Uint8Array).subarray(0, cut.at));
    const bytes = chunks.reduce((sum, { length }) => sum + length, -offset);
    if (bytes < least) return undefined;
    chunks[0] = (chunks[0] as Uint8Array).subarray(offset);
    const attributes = attributesOf(chunks);
    if (!attributes) return 'too-many';
    queue.drop(cut.item, cut.at, bytes);
    return attributes;
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
  #cut(lines: number): { item: number; at: number } | undefined {
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
