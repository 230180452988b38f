/** A conversation in one line: when it began, when it was last written to, and its first prompt. */
import { stat } from 'node:fs/promises';
import { readCompressed } from './compressed-record.ts';
import { beganAtMs, isCompressed, recordPath, rolloutPath } from './conversation.ts';
import { openRecord } from './record-file.ts';
import { RecordLines } from './record-lines.ts';
import { Transcript } from './transcript.ts';

const CHUNK_BYTES = 64 * 1024;
/** The instructions before the first prompt take some ten KB. */
const SEARCHED_MAX_BYTES = 4 * 1024 * 1024;
/** As in transcript-file.ts. */
const BASES_MAX = 32;

export interface ConversationSummary {
  readonly id: string;
  /** Milliseconds since the epoch; undefined if neither the id nor the record says it. */
  readonly beganAt: number | undefined;
  /** When its record was last written to. */
  readonly writtenAt: number | undefined;
  /**
   * The first prompt; for a fork, that of the original conversation. Undefined if there is none, or
   * if it is not found.
   */
  readonly prompt: string | undefined;
  /**
   * `archived`: Codex must restore it before it can be resumed; `missing`: no record of it is
   * found.
   */
  readonly record: 'kept' | 'archived' | 'missing';
}

/** Never throws: what cannot be read is undefined. */
export async function summaryOf(codexHome: string, id: string): Promise<ConversationSummary> {
  const path = await recordPath(codexHome, id);
  const beganAt = beganAtMs(id);
  if (path === undefined)
    return { id, beganAt, writtenAt: undefined, prompt: undefined, record: 'missing' };
  const [found, prompt, kept] = await Promise.all([
    stat(path).catch(() => undefined),
    firstPrompt(codexHome, path).catch(() => undefined),
    rolloutPath(codexHome, id),
  ]);
  const record = kept === undefined ? 'archived' : 'kept';
  return { id, beganAt: beganAt ?? found?.birthtimeMs, writtenAt: found?.mtimeMs, prompt, record };
}

async function firstPrompt(codexHome: string, path: string): Promise<string | undefined> {
  let at = path;
  let own: string | undefined;
  for (let depth = 0; depth < BASES_MAX; depth++) {
    const { prompt, base } = await beginningOf(at);
    own = prompt ?? own;
    const before = base === undefined ? undefined : await recordPath(codexHome, base);
    if (before === undefined) break;
    at = before;
  }
  return own;
}

async function beginningOf(
  path: string,
): Promise<{ prompt: string | undefined; base: string | undefined }> {
  const transcript = new Transcript();
  const lines = new RecordLines();
  const prompt = () => transcript.items.find(({ type }) => type === 'prompt')?.text;
  let bytes = 0;
  /** @returns whether to go on */
  const take = (chunk: Buffer) => {
    lines.take(chunk, (line) => transcript.line(line.toString()));
    bytes += chunk.length;
    return prompt() === undefined && bytes < SEARCHED_MAX_BYTES;
  };
  if (isCompressed(path)) await readCompressed(path, take);
  else await readPlain(path, take);
  return { prompt: prompt(), base: transcript.meta?.base?.id };
}

async function readPlain(path: string, take: (chunk: Buffer) => boolean): Promise<void> {
  const file = await openRecord(path);
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(chunk);
      if (bytesRead === 0 || !take(chunk.subarray(0, bytesRead))) return;
    }
  } finally {
    await file.close();
  }
}
