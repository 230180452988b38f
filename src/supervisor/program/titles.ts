/**
 * The title that clients' terminals show. Where the program's title is the one that we asked it
 * for, with state and conversation id, people see the session instead; it is replaced where it
 * stands in the stream, so that neither flickers. Any other title is the program's own affair.
 */
import type { SessionName } from '../../store/names.ts';
import { safeText } from '../../terminal/safe-text.ts';
import type { ProgramObserver } from './program.ts';

const TITLE_MAX_COLUMNS = 120;

/** A part of a chunk that clients do not get, and our title in its place. */
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

  /** The program's title as it set it. */
  get theirs(): string | undefined {
    return this.#theirs;
  }

  /** A title in the chunk that is being scanned; see StreamScanner. */
  onTitle(title: string, begin: number, end: number): void {
    this.#theirs = title;
    const program = this.#program();
    program.onTitle(title);
    if (program.titleIsOurs) this.#cuts.push({ begin, end });
  }

  /** The chunk as clients get it, in order. Mostly the chunk itself. */
  *forClients(chunk: Uint8Array): Generator<Uint8Array> {
    let at = 0;
    for (const { begin, end } of this.#cuts) {
      // What began in an earlier chunk is with the clients already: ours follows it.
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

  /** What another process knew of this program's title. */
  restore(theirs: string | undefined): void {
    this.#theirs = theirs;
  }

  get hasCuts(): boolean {
    return this.#cuts.length > 0;
  }

  /** What has to be sent so that terminals show the title of now; undefined when they do. */
  change(): Uint8Array | undefined {
    if (!this.#program().titleIsOurs) return undefined;
    const title = this.#ours();
    if (title === this.#shown) return undefined;
    this.#shown = title;
    return sequence(title);
  }

  /** For a client that comes; undefined while the program has set none. */
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
