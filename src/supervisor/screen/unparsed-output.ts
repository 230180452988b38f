/**
 * The queue of what a screen has not parsed yet: chunks of output, the sizes to which the terminal was
 * resized between them, and callbacks that wait for the output before them.
 */
import { joinAdjacent } from '../../platform/adjacent-chunks.ts';
import type { Size } from './size.ts';

/** To be called when everything before it has been parsed. */
export type Mark = () => void;
export type Item = Uint8Array | Size | Mark;

const EMPTY = new Uint8Array(0);
/** Parsed items are removed from the list in batches of this size. */
const PARSED_MAX = 1024;

/** Items are numbered in order, from 0. */
export class UnparsedOutput {
  #bytes = 0;
  #items: Item[] = [];
  #marks = 0;
  #head = 0;
  /** Bytes of the head that are parsed. */
  #offset = 0;
  /** The number of the first item in the list. */
  #base = 0;
  #sealed = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get hasMarks(): boolean {
    return this.#marks > 0;
  }

  /** Next is a mark, or a size with a mark somewhere after it; neither counts as bytes. */
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

  /** The number of the next item to be added. */
  get end(): number {
    return this.#base + this.#items.length;
  }

  get offset(): number {
    return this.#offset;
  }

  /** The item with this number, from `first` to before `end`. */
  item(number: number): Item | undefined {
    return this.#items[number - this.#base];
  }

  /** From now on nothing is joined to items below this number. */
  seal(number: number): void {
    this.#sealed = number;
  }

  /** Joins small chunks adjacent in memory, up to `max` bytes: each call of the parser has a cost. */
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

  /** Removes and returns at most `max` bytes, a size, or a mark. */
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

  /** Drops everything before the byte `at` of an item: `bytes` in all, and no marks. */
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
