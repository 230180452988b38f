/** `log --list`: lists the conversations that a session has or had, the current one first. */
import { codexHomeOfSession } from '../../client/index.ts';
import { recordPath } from '../../codex/conversation.ts';
import { type ConversationSummary, summaryOf } from '../../codex/conversation-summary.ts';
import { UserError } from '../../platform/errors.ts';
import { inOrder } from '../../platform/in-order.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { readRecord } from '../../store/record.ts';
import { print, printJson, say, terminalWidth } from '../../terminal/output.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { displayName, typedName } from '../shared/context.ts';

/** A session may have had hundreds of them, each with megabytes. */
const READ_AT_ONCE = 4;

interface Listed extends ConversationSummary {
  readonly current: boolean;
}

/** @throws UserError if it never had one */
export async function listConversations(
  paths: StatePaths,
  session: SessionInfo,
  json: boolean,
): Promise<void> {
  const home = codexHomeOfSession(paths, session);
  const ids = new Set([session.conversation, ...earlierOf(paths, session)]);
  ids.delete(null);
  const all = inOrder([...(ids as Set<string>)], READ_AT_ONCE, async (id) => ({
    ...(await summaryOf(home, id)),
    current: id === session.conversation,
  }));
  if (json) {
    const listed = [];
    for await (const one of all) listed.push(toJson(one));
    return printJson(listed);
  }
  if (ids.size === 0)
    throw new UserError(
      `${displayName(session)} has no conversation yet`,
      'There is one from the first prompt on.',
    );
  let earlier: string | undefined;
  for await (const one of all) {
    print(lineOf(one));
    if (!one.current && one.record === 'kept') earlier ??= one.id;
  }
  if (earlier)
    say(`To go back to one: codex-sessions start --resume ${earlier} ${typedName(session)}`);
}

/** Some of a session's conversations may have ended before their first turn. */
export async function newestRecorded(
  home: string,
  ids: readonly string[],
): Promise<string | undefined> {
  for (const id of ids) if ((await recordPath(home, id)) !== undefined) return id;
  return undefined;
}

/** Newest first. */
export function earlierOf(paths: StatePaths, session: SessionInfo): readonly string[] {
  return readRecord(paths.records, session)?.previous ?? [];
}

function lineOf({ id, current, beganAt, prompt, record }: Listed): string {
  const about = {
    kept: prompt ?? '(no prompt found)',
    archived: `(archived) ${prompt ?? ''}`,
    missing: '(no record found)',
  }[record];
  const start = `${current ? '*' : ' '} ${localTime(beganAt)}  ${safeText(id)}  `;
  const room = Math.max(0, (terminalWidth() ?? Number.POSITIVE_INFINITY) - start.length);
  return start + safeText(about.replace(/\s*\n\s*/g, ' '), room);
}

/** `2026-11-28 20:51`, or as many columns if it is not known. */
function localTime(ms: number | undefined): string {
  if (ms === undefined) return '-'.padEnd(16);
  const at = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  const date = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${date} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function toJson({ id, current, beganAt, writtenAt, prompt, record }: Listed) {
  return {
    ...{ id, current, startedAt: iso(beganAt), lastAt: iso(writtenAt), prompt: prompt ?? null },
    resumable: record === 'missing' ? null : record === 'kept',
  };
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
