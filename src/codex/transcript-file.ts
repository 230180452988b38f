/**
 * Reads records of conversations, whole or from where the last read ended. Codex appends to a record
 * meanwhile, so the last line may be incomplete.
 */
import { type FileHandle, open } from 'node:fs/promises';
import { asNotRegular, notRegular, READ_FLAGS } from '../platform/checked-open.ts';
import { archivedPath, rolloutPath } from './conversation.ts';
import { Transcript } from './transcript.ts';
import type { TranscriptEvent } from './transcript-types.ts';

const CHUNK_BYTES = 256 * 1024;
/** Lines contain whole command outputs; a longer one is skipped and not kept in memory. */
const LINE_MAX_BYTES = 64 * 1024 * 1024;
/** Depth of forks of forks: no user reaches it, but a damaged record could. */
const BASES_MAX = 32;
const LINE_FEED = 0x0a;

/** One record; {@link RolloutReader.read} reads what was appended. */
export class RolloutReader {
  readonly transcript: Transcript;
  readonly #path: string;
  readonly #end: number;
  #offset = 0;
  #rest: Buffer[] = [];
  #restBytes = 0;

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
   * Returns the events added since the last call.
   * @throws like `open` if the file is gone; UserError if it is not a regular file
   */
  async read(): Promise<TranscriptEvent[]> {
    const events: TranscriptEvent[] = [];
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
    return events;
  }

  #take(chunk: Buffer, events: TranscriptEvent[]): void {
    let from = 0;
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
      const line = Buffer.concat([...this.#rest, chunk.subarray(from, at)]);
      if (this.#restBytes <= LINE_MAX_BYTES) events.push(...this.transcript.line(line.toString()));
      this.#rest = [];
      this.#restBytes = 0;
      from = at + 1;
    }
    this.#restBytes += chunk.length - from;
    if (this.#restBytes > LINE_MAX_BYTES) this.#rest = [];
    else if (from < chunk.length) this.#rest.push(Buffer.from(chunk.subarray(from)));
  }
}

/** @throws UserError if it is not a regular file: a FIFO or a device may never end. */
async function openRecord(path: string): Promise<FileHandle> {
  const file = await open(path, READ_FLAGS).catch((error: unknown) => {
    throw asNotRegular(error, path);
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw notRegular(path);
}

/**
 * A reader that has read a conversation so far, including the history that a fork started with;
 * undefined if there is no record. Continue with {@link RolloutReader.read}.
 */
export async function openConversation(
  codexHome: string,
  id: string,
): Promise<RolloutReader | undefined> {
  const path = (await rolloutPath(codexHome, id)) ?? (await archivedPath(codexHome, id));
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
  const path = (await rolloutPath(codexHome, base.id)) ?? (await archivedPath(codexHome, base.id));
  if (path === undefined || depth > BASES_MAX) return;
  const reader = new RolloutReader(path, new Transcript(), base.bytes);
  await reader.read();
  const before = reader.transcript.meta?.base;
  if (before !== undefined) await readBase(codexHome, before, transcript, depth + 1);
  await new RolloutReader(path, transcript, base.bytes).read();
}
