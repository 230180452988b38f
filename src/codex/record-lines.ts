/** Splits a record into lines as its bytes come in. */

/** Lines contain whole command outputs; a longer line is skipped and not kept in memory. */
export const LINE_MAX_BYTES = 64 * 1024 * 1024;
const LINE_FEED = 0x0a;

export class RecordLines {
  #rest: Buffer[] = [];
  #restBytes = 0;

  /** Calls `onLine` with each line that `chunk` completes, without its line feed. */
  take(chunk: Buffer, onLine: (line: Buffer) => void): void {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      if (this.#restBytes <= LINE_MAX_BYTES)
        onLine(Buffer.concat([...this.#rest, chunk.subarray(from, at)]));
      this.#rest = [];
      this.#restBytes = 0;
      from = at + 1;
    }
    this.#restBytes += chunk.length - from;
    if (this.#restBytes > LINE_MAX_BYTES) this.#rest = [];
    else if (from < chunk.length) this.#rest.push(Buffer.from(chunk.subarray(from)));
  }
}
