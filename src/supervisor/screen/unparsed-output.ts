/**
 * What a screen has been given and not parsed yet: chunks, sizes where the terminal was resized
 * between them, and marks of who wants to know when it is parsed that far. It knows of what lies at
 * its beginning whether that may be passed over.
 */
import { joinAdjacent } from '../../platform/adjacent-chunks.ts';
import { attributesOf, endOfLastLine, SkippableOutput } from './skippable-output.ts';

export interface Size {
  cols: number;
  rows: number;
}

/** To be called when everything before it has been parsed. */
export type Mark = () => void;

/** Everything before it may be passed over: a place in a chunk, behind a CR LF. */
interface Cut {
  index: number;
  at: number;
}

const EMPTY = new Uint8Array(0);
/** Parsed ones are taken out of the list together. */
const PARSED_MAX = 1024;
/** 0.05 ms. After a stretch that was no passing text, ten times as much may lie there. */
export const SCANNED_MAX_BYTES = 64 * 1024;

export class UnparsedOutput {
  #bytes = 0;
  #items: (Uint8Array | Size | Mark)[] = [];
  #marks = 0;
  /** The line feeds of those that were looked through. */
  #lineFeeds: number[] = [];
  #head = 0;
  /** How much of the head is parsed. */
  #offset = 0;
  /** From the head to here all is passing text. */
  #scanned = 0;
  /** … and the next one is not. */
  #blocked = false;
  readonly #text = new SkippableOutput();

  get bytes(): number {
    return this.#bytes;
  }

  get hasMarks(): boolean {
    return this.#marks > 0;
  }

  /** A mark is next, or a size that one waits behind: neither is among the bytes that are counted. */
  get isAtMark(): boolean {
    return this.#marks > 0 && !(this.#items[this.#head] instanceof Uint8Array);
  }

  get isEmpty(): boolean {
    return this.#head === this.#items.length;
  }

  /** Small ones that lie together become one of up to `max` bytes: each call of the parser costs. */
  push(chunk: Uint8Array, max: number): void {
    this.#bytes += chunk.length;
    const last = this.#scanned < this.#items.length ? this.#items.at(-1) : undefined;
    const isOpen = last instanceof Uint8Array && this.#head < this.#items.length;
    const both = isOpen ? joinAdjacent(last, chunk, max) : undefined;
    if (both) this.#items[this.#items.length - 1] = both;
    else this.#items.push(chunk);
  }

  pushSize(size: Size): void {
    this.#items.push(size);
  }

  pushMark(mark: Mark): void {
    this.#marks += 1;
    this.#items.push(mark);
  }

  /** At most `max` bytes, a size or a mark, which are then no longer in it. */
  take(max: number): Uint8Array | Size | Mark | undefined {
    const item = this.#items[this.#head];
    if (!(item instanceof Uint8Array)) {
      if (typeof item === 'function') this.#marks -= 1;
      if (item) this.#moveTo(this.#head + 1, 0);
      return item;
    }
    const piece = item.subarray(this.#offset, this.#offset + max);
    this.#moveTo(this.#head, this.#offset + piece.length);
    this.#bytes -= piece.length;
    return piece;
  }

  /** Nothing but passing text is in what has been looked at: each byte once, so many in a call. */
  scan(): boolean {
    if (this.#head >= this.#scanned && !(this.#blocked && this.#head === this.#scanned)) {
      this.#scanned = this.#head;
      this.#blocked = false;
      this.#text.reset();
    }
    let left = SCANNED_MAX_BYTES;
    while (!this.#blocked && this.#scanned < this.#items.length && left > 0) {
      const item = this.#items[this.#scanned];
      const from = this.#scanned === this.#head ? this.#offset : 0;
      if (item instanceof Uint8Array) left -= item.length;
      const feeds = item instanceof Uint8Array ? this.#text.lineFeeds(item, from) : -1;
      if (feeds < 0) this.#blocked = true;
      else this.#lineFeeds[this.#scanned++] = feeds;
    }
    return !this.#blocked;
  }

  /**
   * Takes away, of what was scanned, what at least `lines` line feeds follow, if that is `least`
   * bytes or more.
   *
   * @returns the attributes that it has set, 'too-many' where they are, undefined where nothing is
   * to be taken away.
   */
  passOver(lines: number, least: number): Uint8Array | 'too-many' | undefined {
    const cut = this.#cut(lines);
    if (!cut) return undefined;
    const chunks = this.#items.slice(this.#head, cut.index) as Uint8Array[];
    const bytes = chunks.reduce((sum, { length }) => sum + length, cut.at) - this.#offset;
    if (bytes < least) return undefined;
    chunks.push((this.#items[cut.index] as Uint8Array).subarray(0, cut.at));
    chunks[0] = (chunks[0] as Uint8Array).subarray(this.#offset);
    const attributes = attributesOf(chunks);
    if (!attributes) return 'too-many';
    this.#bytes -= bytes;
    this.#moveTo(cut.index, cut.at);
    return attributes;
  }

  clear(): void {
    this.#moveTo(this.#items.length, 0);
    this.#bytes = 0;
    this.#marks = 0;
  }

  /** In the last chunk that whole chunks with so many line feeds follow. */
  #cut(lines: number): Cut | undefined {
    let index = this.#scanned - 1;
    let feeds = 0;
    for (; index >= this.#head && feeds < lines; index--) feeds += this.#lineFeeds[index] as number;
    if (index < this.#head) return undefined;
    const from = index === this.#head ? this.#offset : 0;
    const at = endOfLastLine(this.#items[index] as Uint8Array, from);
    return at < 0 ? undefined : { index, at };
  }

  #moveTo(head: number, offset: number): void {
    this.#items.fill(EMPTY, this.#head, head);
    const item = this.#items[head];
    const isDone = item instanceof Uint8Array && offset >= item.length;
    if (isDone) this.#items[head] = EMPTY;
    this.#head = isDone ? head + 1 : head;
    this.#offset = isDone ? 0 : offset;
    if (this.#head === this.#items.length) this.#forget(this.#head);
    else if (this.#head >= PARSED_MAX) this.#forget(this.#head);
  }

  #forget(count: number): void {
    this.#items.splice(0, count);
    this.#lineFeeds.splice(0, count);
    this.#head -= count;
    this.#blocked &&= this.#scanned >= count;
    this.#scanned = Math.max(0, this.#scanned - count);
  }
}
