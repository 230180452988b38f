/**
 * What a program's output tells by itself, before it is parsed: the titles, reports and queries in
 * it, when it had text, and whether another sequence may follow it.
 */
import { type ScannerHandlers, StreamScanner } from './stream-scanner.ts';

export class ProgramOutput {
  /**
   * When the program last showed text, in milliseconds since the epoch. Titles do not count, as
   * Codex's blinks for as long as it waits for the user.
   */
  activeAt = Date.now();
  /** Whether the program has written anything. */
  #spoke = false;
  #drew = false;
  #firstTextAt: number | undefined;
  readonly #scanner: StreamScanner;
  #scanning = false;
  #titleBytes = 0;
  /** The last character may be incomplete. */
  #endsInCharacter = false;

  constructor({ onTitle, onStatus, onQuery }: ScannerHandlers) {
    this.#scanner = new StreamScanner({
      onTitle: (title, begin, end) => {
        this.#titleBytes += end - Math.max(0, begin);
        onTitle(title, begin, end);
      },
      onStatus,
      onQuery,
    });
  }

  get spoke(): boolean {
    return this.#spoke;
  }

  /** Whether the last output was more than titles: Codex's blinks while it waits for the user. */
  get drew(): boolean {
    return this.#drew;
  }

  /** When the program first and last showed text; undefined if it has shown none. */
  get shown(): { readonly firstAt: number; readonly lastAt: number } | undefined {
    if (this.#firstTextAt === undefined) return undefined;
    return { firstAt: this.#firstTextAt, lastAt: this.activeAt };
  }

  /** The handlers are being called. */
  get scanning(): boolean {
    return this.#scanning;
  }

  /** The last output may end with the beginning of a report. */
  get inSequence(): boolean {
    return !this.#scanner.atRest;
  }

  /** The last output may have changed modes. */
  get changesModes(): boolean {
    return this.#scanner.changesModes;
  }

  /** The output is between two sequences and characters: another sequence may follow. */
  get atRest(): boolean {
    return this.#scanner.atRest && !this.#endsInCharacter;
  }

  scan(chunk: Uint8Array): void {
    this.#spoke = true;
    this.#scanning = true;
    this.#titleBytes = 0;
    this.#scanner.push(chunk);
    this.#drew = this.#titleBytes !== chunk.length;
    this.#scanning = false;
    this.#endsInCharacter = (chunk.at(-1) ?? 0) >= 0x80;
    if (!this.#scanner.showsText) return;
    this.activeAt = Date.now();
    this.#firstTextAt ??= this.activeAt;
  }

  /** At a take-over. */
  restore(spoke: boolean, lastOutputAt: number): void {
    this.#spoke = spoke;
    this.activeAt = lastOutputAt;
    if (spoke) this.#firstTextAt = lastOutputAt;
  }
}
