/**
 * What a screen has been given and not parsed yet: chunks, sizes where the terminal was resized
 * between them, and callbacks of those that wait until it is parsed that far.
 */
import { joinAdjacent } from '../../platform/adjacent-chunks.ts';

export interface Size {
  cols: number;
  rows: number;
}

/** To be called when everything before it has been parsed. */
export type Mark = () => void;
export type Item = Uint8Array | Size | Mark;

const EMPTY = new Uint8Array(0);
/** Parsed ones are taken out of the list together. */
const PARSED_MAX = 1024;

/** Items are numbered in the order in which they came, from 0. */
export class UnparsedOutput {
  #bytes = 0;
  #items: Item[] = [];
  #marks = 0;
  #head = 0;
  /** How much of the head is parsed. */
  #offset = 0;
  /** The number of the first one in the list. */
  #base = 0;
  #sealed = 0;

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

  /** The number of the head. */
  get first(): number {
    return this.#base + this.#head;
  }

  /** The number that the next one will get. */
  get end(): number {
    return this.#base + this.#items.length;
  }

  /** So many bytes of the head are parsed. */
  get offset(): number {
    return this.#offset;
  }

  /** The item with this number, from `first` to before `end`. */
  item(number: number): Item | undefined {
    return this.#items[number - this.#base];
  }

  /** Nothing is joined any more to items below this number. */
  seal(number: number): void {
    this.#sealed = number;
  }

  /** Small ones that lie together become one of up to `max` bytes: each call of the parser costs. */
  push(chunk: Uint8Array, max: number): void {
    this.#bytes += chunk.length;
    const last = this.#sealed < this.end ? this.#items.at(-1) : undefined;
    const isOpen = last instanceof Uint8Array && !this.isEmpty;
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
  take(max: number): Item | undefined {
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

  /** Takes away everything before the byte `at` of an item: `bytes` in all, and no marks. */
  drop(number: number, at: number, bytes: number): void {
    this.#bytes -= bytes;
    this.#moveTo(number - this.#base, at);
  }

  clear(): void {
    this.#moveTo(this.#items.length, 0);
    this.#bytes = 0;
    this.#marks = 0;
  }

  #moveTo(head: number, offset: number): void {
    this.#items.fill(EMPTY, this.#head, head);
    const item = this.#items[head];
    const isDone = item instanceof Uint8Array && offset >= item.length;
    if (isDone) this.#items[head] = EMPTY;
    this.#head = isDone ? head + 1 : head;
    this.#offset = isDone ? 0 : offset;
    if (!this.isEmpty && this.#head < PARSED_MAX) return;
    this.#items.splice(0, this.#head);
    this.#base += this.#head;
    this.#head = 0;
  }
}
