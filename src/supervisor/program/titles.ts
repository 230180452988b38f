/**
 * The title that clients' terminals show. A program's title in the form that we configured, with state
 * and conversation id, is replaced by the session's name, within the stream, so that the title never
 * flickers. Other titles are passed on unchanged.
 */
import type { SessionName } from '../../store/names.ts';
import { safeText } from '../../terminal/safe-text.ts';
import type { ProgramObserver } from './program.ts';

const TITLE_MAX_COLUMNS = 120;

/** A part of a chunk to be replaced by our title. */
interface Cut {
  readonly begin: number;
  readonly end: number;
}

export class Titles {
  readonly #name: SessionName;
  readonly #program: () => ProgramObserver;
  #cuts: Cut[] = [];
  #theirs: string | undefined;
  #shown: string | undefined;

  constructor(name: SessionName, program: () => ProgramObserver) {
    this.#name = name;
    this.#program = program;
  }

  /** The title that the program has set. */
  get theirs(): string | undefined {
    return this.#theirs;
  }

  /** A title in the chunk being scanned; see StreamScanner. */
  onTitle(title: string, begin: number, end: number): void {
    this.#theirs = title;
    const program = this.#program();
    program.onTitle(title);
    if (program.titleIsOurs) this.#cuts.push({ begin, end });
  }

  /** The chunk as clients get it, in parts. */
  *forClients(chunk: Uint8Array): Generator<Uint8Array> {
    let at = 0;
    for (const { begin, end } of this.#cuts) {
      // If an earlier chunk had the beginning, clients get the program's title and then ours.
      const until = begin < 0 ? end : begin;
      if (until > at) yield chunk.subarray(at, until);
      if (begin < 0) this.#shown = undefined;
      const title = this.change();
      if (title) yield title;
      at = end;
    }
    if (at < chunk.length) yield at === 0 ? chunk : chunk.subarray(at);
    this.#cuts = [];
  }

  /** At a take-over. */
  restore(theirs: string | undefined): void {
    this.#theirs = theirs;
  }

  get hasCuts(): boolean {
    return this.#cuts.length > 0;
  }

  /** The sequence that updates the title; undefined if it is up to date. */
  change(): Uint8Array | undefined {
    if (!this.#program().titleIsOurs) return undefined;
    const title = this.#ours();
    if (title === this.#shown) return undefined;
    this.#shown = title;
    return sequence(title);
  }

  /** For a client that attaches; undefined if the program has set no title. */
  whole(): Uint8Array | undefined {
    if (this.#theirs === undefined) return undefined;
    if (this.#program().titleIsOurs) return sequence(this.#ours());
    return sequence(safeText(this.#theirs, TITLE_MAX_COLUMNS));
  }

  #ours(): string {
    const status = this.#program().status?.status;
    const name = `${this.#name.name} — ${this.#name.project}`;
    return safeText(status ? `${status} · ${name}` : name, TITLE_MAX_COLUMNS);
  }
}

function sequence(title: string): Uint8Array {
  return Buffer.from(`\x1b]0;${title}\x07`);
}
