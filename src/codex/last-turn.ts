/**
 * Tells from the end of a conversation's record whether a turn is running, if nothing else is known
 * of the status.
 */
import { isTrusted } from '../platform/ownership.ts';
import { isCompressed, rolloutPath } from './conversation.ts';
import { openRecord } from './record-file.ts';
import { lastOfType } from './record-tail.ts';
import { stringOf } from './transcript-json.ts';

/** Lines of the record, 0.144 to 0.171; see transcript.ts. */
const TURNS: Readonly<Record<string, 'runs' | 'over'>> = {
  task_started: 'runs',
  turn_started: 'runs',
  task_complete: 'over',
  turn_complete: 'over',
  turn_aborted: 'over',
};

/**
 * `none`: there is no record. Undefined: the record does not say.
 * @throws like `open`; UserError if it is not a regular file
 */
export async function lastTurn(
  codexHome: string,
  conversation: string,
): Promise<'runs' | 'over' | 'none' | undefined> {
  const path = await rolloutPath(codexHome, conversation);
  if (path === undefined) return 'none';
  // Codex decompresses a record before it adds a turn.
  if (isCompressed(path)) return 'over';
  const file = await openRecord(path);
  try {
    const stat = await file.stat();
    if (!isTrusted(stat)) return undefined;
    return await lastOfType(
      file,
      'event_msg',
      [0, stat.size],
      ({ type }) => TURNS[stringOf(type) ?? ''],
    );
  } finally {
    await file.close();
  }
}
