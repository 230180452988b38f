/**
 * Marks in a session's memory file that tell a successor what the stored data may lack. The mark of
 * the screen is set from the first output after the screen was stored; that of the state while a
 * sequence that may be a report is incomplete, or not yet scanned.
 */

/** Begins a report; titles begin with it too. */
const OSC = '\x1b]';
const ESC = 0x1b;

/**
 * More large reads than this between two calls of {@link Marks.lull} are a stream. Two writes for each of its reads
 * would delay the keys of all sessions: 6 µs a read, and a key waits for two of them.
 */
const STREAM_READS = 2;

type Mark = 'screen' | 'state';

export class Marks {
  readonly #write: (which: Mark, on: boolean) => void;
  #screen = true;
  #state = false;
  #inSequence = false;
  /** Large reads since the last lull. */
  #reads = 0;
  /** Output has come that is not scanned yet. */
  #scanning = false;
  /** The present state could not be stored: a successor must not believe the previous one. */
  #stateLacks = false;

  /** `write` sets or clears a mark in the file. */
  constructor(write: (which: Mark, on: boolean) => void) {
    this.#write = write;
  }

  /** The marks as a predecessor has left them in the file. */
  inherit(screen: boolean, state: boolean): void {
    this.#screen = screen;
    this.#state = state;
  }

  /** Much output is about to be read. */
  reading(): void {
    this.#reads += 1;
    this.#markState(true);
  }

  /** Output is about to be scanned. */
  output(chunk: Uint8Array): void {
    // It may contain a report.
    if (!this.#state && chunk.includes(ESC) && bufferOf(chunk).includes(OSC)) this.#markState(true);
    this.#scanning = true;
    this.#markScreen(true);
  }

  /** All output so far is scanned; what it reports is about to be stored. */
  looked(): void {
    this.#scanning = false;
  }

  /** … and is stored. `inSequence`: the output ends in what may be the beginning of a report. */
  scanned(inSequence: boolean): void {
    this.#inSequence = inSequence;
    if (this.#reads <= STREAM_READS) this.#markState(inSequence || this.#stateLacks);
  }

  /** To be called now and then while there is output, and when it has come to rest. */
  lull(): void {
    this.#reads = 0;
    if (!this.#scanning) this.#markState(this.#inSequence || this.#stateLacks);
  }

  /** The state was stored, or could not be. */
  saved(stored: boolean): void {
    this.#stateLacks = !stored;
    if (!this.#scanning && this.#reads <= STREAM_READS)
      this.#markState(this.#inSequence || this.#stateLacks);
  }

  /** The screen is stored as it is now. */
  rested(): void {
    this.#markScreen(false);
  }

  #markScreen(on: boolean): void {
    if (on === this.#screen) return;
    this.#screen = on;
    this.#write('screen', on);
  }

  #markState(on: boolean): void {
    if (on === this.#state) return;
    this.#state = on;
    this.#write('state', on);
  }
}

function bufferOf({ buffer, byteOffset, length }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, length);
}
