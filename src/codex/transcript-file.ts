/**
 * Reads records of conversations, whole or from where the last read ended. Codex appends to a record
 * meanwhile, so the last line may be incomplete.
 */
import { readCompressed } from './compressed-record.ts';
import { isCompressed, recordPath } from './conversation.ts';
import { openRecord } from './record-file.ts';
import { RecordLines } from './record-lines.ts';
import { Transcript } from './transcript.ts';
import type { TranscriptEvent } from './transcript-types.ts';

const CHUNK_BYTES = 256 * 1024;
/** Depth of forks of forks: no user reaches it, but a damaged record could. */
const BASES_MAX = 32;

/** One record; {@link RolloutReader.read} reads what was appended. */
export class RolloutReader {
  readonly transcript: Transcript;
  readonly #path: string;
  readonly #end: number;
  readonly #lines = new RecordLines();
  #offset = 0;

  /** `end`: the byte up to which the record is read, if a fork continues it from there. */
  constructor(path: string, transcript = new Transcript(), end = Number.POSITIVE_INFINITY) {
    this.#path = path;
    this.transcript = transcript;
    this.#end = end;
  }

  /** Bytes read so far, including an incomplete last line. */
  get offset(): number {
    return this.#offset;
  }

  /**
   * Returns the events added since the last call. A compressed record is read once, as nothing is
   * ever added.
   * @throws like `open` if the file is gone; UserError if it is not a regular file, or damaged
   */
  async read(): Promise<TranscriptEvent[]> {
    const events: TranscriptEvent[] = [];
    if (isCompressed(this.#path)) await this.#readCompressed(events);
    else await this.#readPlain(events);
    return events;
  }

  async #readCompressed(events: TranscriptEvent[]): Promise<void> {
    if (this.#offset > 0) return await (await openRecord(this.#path)).close();
    await readCompressed(this.#path, (chunk) => {
      const wanted = chunk.subarray(0, this.#end - this.#offset);
      this.#offset += wanted.length;
      this.#take(wanted, events);
      return this.#offset < this.#end;
    });
  }

  async #readPlain(events: TranscriptEvent[]): Promise<void> {
    const file = await openRecord(this.#path);
    try {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      for (;;) {
        const wanted = Math.min(chunk.length, this.#end - this.#offset);
        if (wanted <= 0) break;
        const { bytesRead } = await file.read(chunk, 0, wanted, this.#offset);
        if (bytesRead === 0) break;
        this.#offset += bytesRead;
        this.#take(chunk.subarray(0, bytesRead), events);
      }
    } finally {
      await file.close();
    }
  }

  #take(chunk: Buffer, events: TranscriptEvent[]): void {
    this.#lines.take(chunk, (line) => events.push(...this.transcript.line(line.toString())));
  }
}

/**
 * A reader that has read a conversation so far, including the history that a fork started with;
 * undefined if there is no record. Continue with {@link RolloutReader.read}.
 */
export async function openConversation(
  codexHome: string,
  id: string,
): Promise<RolloutReader | undefined> {
  const path = await recordPath(codexHome, id);
  if (path === undefined) return undefined;
  const first = new RolloutReader(path);
  await first.read();
  const { meta } = first.transcript;
  if (meta?.base === undefined) return first;
  const transcript = new Transcript();
  await readBase(codexHome, meta.base, transcript, 1);
  transcript.meta = meta;
  const reader = new RolloutReader(path, transcript);
  await reader.read();
  return reader;
}

async function readBase(
  codexHome: string,
  base: { readonly id: string; readonly bytes: number },
  transcript: Transcript,
  depth: number,
): Promise<void> {
  const path = await recordPath(codexHome, base.id);
  if (path === undefined || depth > BASES_MAX) return;
  const reader = new RolloutReader(path, new Transcript(), base.bytes);
  await reader.read();
  const before = reader.transcript.meta?.base;
  if (before !== undefined) await readBase(codexHome, before, transcript, depth + 1);
  await new RolloutReader(path, transcript, base.bytes).read();
}
