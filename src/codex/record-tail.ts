/**
 * Finds the last line of a certain type in a record, searching from the end, as records of 100 MB
 * exist.
 */
import type { FileHandle } from 'node:fs/promises';
import { isObject, type Json, parsed, stringOf } from './transcript-json.ts';

const CHUNK_BYTES = 256 * 1024;
/**
 * The type follows the time and a number at the start of a line; anywhere else it is part of a
 * text.
 */
const BEFORE_TYPE_BYTES = 256;
/** The context of a turn has 2 KB, more with instructions of the user's. */
const LINE_MAX_BYTES = 1024 * 1024;
/**
 * No turn has more, but a file with a hole may have any size; searching this much takes seconds.
 */
const SEARCHED_MAX_BYTES = 1024 * 1024 * 1024;
/** This many lines without a result are a forgery. */
const LINES_MAX = 64;
const LINE_FEED = 0x0a;

/**
 * What `pick` returns for the last line of this type for which that is not undefined. Only lines
 * that begin between the bytes `from` and `end` are searched, and at most {@link
 * SEARCHED_MAX_BYTES} before `end`.
 */
export async function lastOfType<T>(
  file: FileHandle,
  type: string,
  [from, end]: readonly [number, number],
  pick: (payload: Json, entry: Json) => T | undefined,
): Promise<T | undefined> {
  const mark = Buffer.from(`"type":"${type}"`);
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES + mark.length);
  const first = Math.max(from, end - SEARCHED_MAX_BYTES);
  let lines = 0;
  for (let to = end; to > first && lines < LINES_MAX; to -= CHUNK_BYTES) {
    const start = Math.max(first, to - CHUNK_BYTES);
    // The type may begin in this chunk and end in the next.
    const part = await readAt(file, chunk, start, Math.min(end, to + mark.length - 1));
    for (let at = part.lastIndexOf(mark); at >= 0 && lines < LINES_MAX; ) {
      const line = mayBeType(part, at) ? await lineAround(file, start + at, end) : undefined;
      if (line !== undefined) {
        lines += 1;
        const found = pickFrom(line, type, pick);
        if (found !== undefined) return found;
      }
      at = at === 0 ? -1 : part.lastIndexOf(mark, at - 1);
    }
  }
  return undefined;
}

/** What `pick` returns for a line; undefined if the line does not have that type. */
export function pickFrom<T>(
  line: Buffer,
  type: string,
  pick: (payload: Json, entry: Json) => T | undefined,
): T | undefined {
  const entry = parsed(line.toString());
  if (!isObject(entry) || stringOf(entry.type) !== type || !isObject(entry.payload))
    return undefined;
  return pick(entry.payload, entry);
}

/** The first line; empty if it is longer than any that Codex writes. */
export async function firstLine(file: FileHandle): Promise<Buffer> {
  return (await lineFrom(file, 0, LINE_MAX_BYTES)) ?? Buffer.alloc(0);
}

/** Whether a line can begin shortly before this place in `part`. */
function mayBeType(part: Buffer, at: number): boolean {
  const from = at - BEFORE_TYPE_BYTES;
  // For a place at the beginning of `part`, the bytes before it are read from the file.
  if (from < 0) return true;
  return part.subarray(from, at).includes(LINE_FEED);
}

/** The line whose type is at this place; undefined if it is not a line's own type. */
async function lineAround(file: FileHandle, at: number, end: number): Promise<Buffer | undefined> {
  const start = Math.max(0, at - BEFORE_TYPE_BYTES);
  const before = await readAt(file, Buffer.allocUnsafe(at - start), start, at);
  const feed = before.lastIndexOf(LINE_FEED);
  if (feed < 0 && start > 0) return undefined;
  return lineFrom(file, start + feed + 1, end);
}

/** The line that starts here; undefined if it does not end before `end`, or is too long. */
async function lineFrom(file: FileHandle, start: number, end: number): Promise<Buffer | undefined> {
  const parts: Buffer[] = [];
  const limit = Math.min(end, start + LINE_MAX_BYTES);
  for (let at = start; at < limit; ) {
    const to = Math.min(limit, at + CHUNK_BYTES / 4);
    const part = await readAt(file, Buffer.allocUnsafe(to - at), at, to);
    if (part.length === 0) return undefined;
    const feed = part.indexOf(LINE_FEED);
    if (feed >= 0) return Buffer.concat([...parts, part.subarray(0, feed)]);
    parts.push(part);
    at += part.length;
  }
  return undefined;
}

async function readAt(file: FileHandle, into: Buffer, from: number, to: number): Promise<Buffer> {
  let length = 0;
  while (length < to - from) {
    const { bytesRead } = await file.read(into, length, to - from - length, from + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return into.subarray(0, length);
}
