/**
 * Reads compressed records: with `local_thread_store_compression`, Codex (0.171) turns records that
 * were not used for some time into `….jsonl.zst`, and back when it opens them.
 */
import { UserError } from '../platform/errors.ts';
import { openRecord } from './record-file.ts';

/** Codex's records shrink to a third or less, and one of 100 MB is long. */
const COMPRESSED_MAX_BYTES = 256 * 1024 * 1024;
const RECORD_MAX_BYTES = 1024 * 1024 * 1024;
/** After this much output, checks whether the reader wants more. */
const CHUNK_BYTES = 64 * 1024;

/**
 * Calls `onChunk` with the decompressed record, part by part, until it returns false.
 * @throws like `open`; UserError for a file that cannot be decompressed or is larger than the
 *   limits
 */
export async function readCompressed(
  path: string,
  onChunk: (chunk: Buffer) => boolean | undefined,
): Promise<void> {
  const data = await whole(path);
  const [{ checkFrames }, { Decompress }] = await Promise.all([
    import('./zstd-frames.ts'),
    import('./zstd.ts'),
  ]);
  let bytes = 0;
  let over = false;
  try {
    checkFrames(data);
    const stream = new Decompress((chunk) => {
      bytes += chunk.length;
      if (bytes > RECORD_MAX_BYTES) throw new Error('it is too large');
      if (!over) over = onChunk(Buffer.from(chunk)) === false;
    });
    for (let at = 0; at < data.length && !over; at += CHUNK_BYTES)
      stream.push(data.subarray(at, at + CHUNK_BYTES), at + CHUNK_BYTES >= data.length);
  } catch (error) {
    throw unreadable(path, error instanceof Error ? error.message : String(error));
  }
}

async function whole(path: string): Promise<Buffer> {
  const file = await openRecord(path);
  try {
    const { size } = await file.stat();
    if (size > COMPRESSED_MAX_BYTES) throw unreadable(path, 'it is too large');
    return await file.readFile();
  } finally {
    await file.close();
  }
}

function unreadable(path: string, why: string): UserError {
  return new UserError(
    `the record ${path} cannot be decompressed (${why})`,
    'Codex may still read it: "codex-sessions start" goes on with it.',
  );
}
