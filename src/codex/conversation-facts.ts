/**
 * Where a conversation was last, and whether it is a side conversation (`/side`), from its record
 * (0.144 to 0.171). Each turn begins with a `turn_context` line, whose `cwd` is the directory of
 * that turn; before the first turn, `session_meta` in the first line has it. `--worktree`, `/new`
 * and `/cd` choose another directory than the one in which Codex was started.
 */
import { isAbsolute } from 'node:path';
import { isTrusted } from '../platform/ownership.ts';
import { readCompressed } from './compressed-record.ts';
import { isCompressed } from './conversation.ts';
import { openRecord } from './record-file.ts';
import { RecordLines } from './record-lines.ts';
import { firstLine, lastOfType, pickFrom } from './record-tail.ts';
import { isObject, type Json, stringOf } from './transcript-json.ts';

/** Paths cannot be longer (PATH_MAX). */
const PATH_MAX = 4_096;
/** Codex writes this much at once, so a line within it may have been incomplete. */
const WRITTEN_BYTES = 64 * 1024;
const CONTEXT = 'turn_context';

export interface ConversationFacts {
  /** Absolute; undefined if the record does not say, or is another user's. */
  readonly directory?: string | undefined;
  /** When the conversation was there, in milliseconds since the epoch. */
  readonly at?: number | undefined;
  /** For a side conversation (`/side`, 0.171): the conversation beside which it was opened. */
  readonly sideOf?: string | undefined;
  /** Size of the record when it was read; 0 for a compressed one. */
  readonly bytes: number;
}

/**
 * `before`: the result of an earlier call for the same record; then only what was appended since is
 * searched.
 * @throws like `open`; UserError if it is not a regular file, or cannot be decompressed
 */
export async function factsIn(
  path: string,
  before?: ConversationFacts,
): Promise<ConversationFacts> {
  return isCompressed(path) ? factsInCompressed(path) : factsInPlain(path, before);
}

async function factsInPlain(
  path: string,
  before: ConversationFacts | undefined,
): Promise<ConversationFacts> {
  const file = await openRecord(path);
  try {
    const stat = await file.stat();
    const bytes = stat.size;
    if (!isTrusted(stat)) return { bytes };
    const known = before && before.bytes > 0 && before.bytes <= bytes ? before : undefined;
    const first = known ?? ofFirstLine(await firstLine(file));
    const from = Math.max(0, (known?.bytes ?? 0) - WRITTEN_BYTES);
    const last = await lastOfType(file, CONTEXT, [from, bytes], placeIn);
    return { ...first, ...last, bytes };
  } finally {
    await file.close();
  }
}

async function factsInCompressed(path: string): Promise<ConversationFacts> {
  const lines = new RecordLines();
  let first: Buffer | undefined;
  let last: Place | undefined;
  const file = await openRecord(path);
  const trusted = isTrusted(await file.stat());
  await file.close();
  if (!trusted) return { bytes: 0 };
  await readCompressed(path, (chunk) => {
    lines.take(chunk, (line) => {
      first ??= line;
      if (line.includes(`"type":"${CONTEXT}"`)) last = pickFrom(line, CONTEXT, placeIn) ?? last;
    });
    return undefined;
  });
  return { ...ofFirstLine(first ?? Buffer.alloc(0)), ...last, bytes: 0 };
}

function ofFirstLine(line: Buffer): Omit<ConversationFacts, 'bytes'> {
  const read = (payload: Json, entry: Json) => ({
    ...placeIn(payload, entry),
    sideOf: sideOf(payload),
  });
  return pickFrom(line, 'session_meta', read) ?? {};
}

interface Place {
  readonly directory: string;
  readonly at: number | undefined;
}

function placeIn(payload: Json, { timestamp }: Json): Place | undefined {
  const directory = directoryOf(payload);
  const at = Date.parse(stringOf(timestamp) ?? '');
  return directory === undefined ? undefined : { directory, at: Number.isNaN(at) ? undefined : at };
}

function directoryOf({ cwd }: Json): string | undefined {
  const path = stringOf(cwd);
  return path && isAbsolute(path) && path.length <= PATH_MAX && !path.includes('\0')
    ? path
    : undefined;
}

function sideOf(meta: Json): string | undefined {
  if (meta.thread_source !== 'tui_side_chat') return undefined;
  const { history_base: base } = meta;
  return stringOf(meta.forked_from_id) ?? (isObject(base) ? stringOf(base.thread_id) : undefined);
}
