/** A conversation in a line: when it began, when it was written to last, and its first prompt. */
import { stat } from 'node:fs/promises';
import { readCompressed } from './compressed-record.ts';
import { beganAtMs, isCompressed, recordPath, rolloutPath } from './conversation.ts';
import { openRecord } from './record-file.ts';
import { RecordLines } from './record-lines.ts';
import { Transcript } from './transcript.ts';

const CHUNK_BYTES = 64 * 1024;
/** Instructions before the first prompt take some ten KB. */
const SEARCHED_MAX_BYTES = 4 * 1024 * 1024;
/** As in transcript-file.ts. */
const BASES_MAX = 32;

export interface ConversationSummary {
  readonly id: string;
  /** Milliseconds since the epoch; undefined if neither id nor record tell. */
  readonly beganAt: number | undefined;
  /** When its record was written to last. */
  readonly writtenAt: number | undefined;
  /** Of a fork, that of the conversation it starts from. Undefined if there is none, or not found. */
  readonly prompt: string | undefined;
  /** `archived` must be brought back by Codex first; `missing`: no record of it is found. */
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
