/** `log`: a session's conversation from Codex's own record, independent of screen and scrollback. */
import { isatty } from 'node:tty';
import {
  ConversationFollower,
  codexHomeOfSession,
  listSessions,
  resolveSession,
  SessionWatch,
  SupervisorLink,
} from '../client/index.ts';
import { ConversationRecord } from '../codex/conversation-record.ts';
import type { Transcript } from '../codex/transcript.ts';
import { itemToJson, itemToMarkdown, itemToText } from '../codex/transcript-format.ts';
import type { TranscriptItem } from '../codex/transcript-types.ts';
import { EXIT, UserError, usageError } from '../platform/errors.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { type StatePaths, statePaths } from '../store/paths.ts';
import {
  colorWanted,
  endWithReader,
  isShown,
  print,
  printJson,
  printJsonLine,
  printPainted,
  say,
  terminalWidth,
} from '../terminal/output.ts';
import { earlierOf, listConversations, newestRecorded } from './log/conversations.ts';
import { Part, type PartOptions } from './log/part.ts';
import { TerminalView } from './log/terminal-view.ts';
import { displayName, here, typedName } from './shared/context.ts';
import { markPrinted, type SeenOptions, wantsSeen } from './shared/mark-printed.ts';

interface Options extends SeenOptions, PartOptions {
  readonly follow: boolean;
  readonly json: boolean;
  readonly markdown: boolean;
  readonly last: boolean;
  readonly previous: boolean;
  readonly list: boolean;
  readonly noPager: boolean;
}

/** @throws UserError (usage) */
function refuseContradictions(options: Options): void {
  if (options.json && options.markdown)
    throw usageError('--json and --markdown exclude each other', 'Choose one of them.');
  if (
    (options.items !== undefined || options.since !== undefined) &&
    (options.last || options.list)
  )
    throw usageError('-n and --since go with neither --last nor --list', 'Leave one of them out.');
  if (options.follow && (options.last || options.previous))
    throw usageError('--follow goes with neither --last nor --previous', 'Leave one of them out.');
  if (options.list && (options.follow || options.last || options.previous || options.markdown))
    throw usageError('--list goes with --json only', 'Leave out the others.');
  if ((options.follow || options.previous) && (options.seen || options.noSeen))
    throw usageError(
      '--seen and --no-seen go with neither --follow nor --previous',
      'Leave them out: what these print does not count as seen.',
    );
}

export async function run(options: Options, [typed]: readonly string[]): Promise<number> {
  refuseContradictions(options);
  const part = new Part(options, Date.now());
  // Scripts keep and search the whole conversation.
  const marks = wantsSeen(options, options.last || isShown()) && !options.previous;
  const paths = statePaths();
  using link = new SupervisorLink(paths);
  // Taken before the record is read, so that a turn that ends in between is not marked as seen.
  const session = resolveSession(typed, here(), await listSessions(link, { all: true }), {
    command: 'log',
  });
  if (options.list) {
    await listConversations(paths, session, options.json);
    return EXIT.ok;
  }
  if (options.follow) return follow(paths, session, options, part);
  const { items, turns } = await transcriptOf(paths, session, options.previous);
  const last = turns.at(-1);
  let printed = last !== undefined && last.state !== 'running';
  if (options.last) {
    const isLast = printLast(session, items, options).turnId === last?.id;
    if (!isLast && last?.state === 'failed')
      say('This is an earlier answer: the last turn failed.');
    printed &&= isLast;
  } else {
    const shown = part.of(options.json ? items : withoutReasoning(items));
    printed &&= shown.length > 0;
    if (options.json) printJson(shown.map(itemToJson));
    else await show(shown, options);
    // With -n 0 nothing was wanted, as with tail(1).
    if (shown.length === 0 && items.length > 0 && options.items !== 0)
      say('Nothing of it is that recent.');
  }
  if (marks && printed) await markPrinted(link, session);
  return EXIT.ok;
}

async function transcriptOf(
  paths: StatePaths,
  session: SessionInfo,
  previous: boolean,
): Promise<Pick<Transcript, 'items' | 'turns'>> {
  const home = codexHomeOfSession(paths, session);
  const id = previous
    ? await newestRecorded(home, earlierOf(paths, session))
    : (session.conversation ?? undefined);
  if (id === undefined)
    throw new UserError(
      previous
        ? `${displayName(session)} had no other conversation before`
        : `${displayName(session)} has no conversation yet`,
      previous ? undefined : 'There is one from the first prompt on; --follow waits for it.',
    );
  const record = new ConversationRecord(home, id);
  try {
    const transcript = await record.read();
    if (!transcript) throw withoutRecord(session, id);
    return transcript;
  } finally {
    record.close();
  }
}

function withoutRecord(session: SessionInfo, id: string): UserError {
  const name = displayName(session);
  if (session.state === 'running')
    return new UserError(
      `nothing has been said in ${name} yet: Codex has no record of conversation ${id}`,
      'Codex writes one from the first prompt on; --follow waits for it.',
    );
  return new UserError(
    `no record of the conversation ${id} of ${name} is found`,
    'Nothing was said in it, it was deleted, or Codex keeps it in another form.',
  );
}

/**
 * @returns the answer
 * @throws UserError when there is none yet
 */
function printLast(
  session: SessionInfo,
  items: readonly TranscriptItem[],
  options: Pick<Options, 'json' | 'markdown'>,
): TranscriptItem {
  const answer = items.findLast(({ type }) => type === 'answer');
  if (!answer)
    throw new UserError(
      `Codex has answered nothing yet in ${displayName(session)}`,
      `See what there is: codex-sessions log ${typedName(session)}`,
    );
  if (options.json) printJson(itemToJson(answer));
  // Only its text, without a heading, for scripts.
  else print(itemToMarkdown(answer).trimEnd());
  return answer;
}

/** In a terminal, uses a pager if it does not fit. */
async function show(items: readonly TranscriptItem[], options: Options): Promise<void> {
  const text = formatter(options)(items);
  if (!isShown()) return print(text);
  if (options.noPager || !isatty(1)) return printPainted(text);
  const { page } = await import('../terminal/pager.ts');
  await page(text);
}

/** Codex's reasoning, which only --json prints. */
function withoutReasoning(items: readonly TranscriptItem[]): readonly TranscriptItem[] {
  return items.filter(({ type }) => type !== 'reasoning');
}

function formatter({ markdown }: Pick<Options, 'markdown'>) {
  const width = terminalWidth();
  const view = width && new TerminalView({ width, color: colorWanted(), now: Date.now() });
  return (shown: readonly TranscriptItem[]): string => {
    if (markdown) return shown.map(itemToMarkdown).join('');
    return view ? view.text(shown) : shown.map((item) => `${itemToText(item)}\n`).join('');
  };
}

/** Until the session ends; if it has ended already, prints what there is. */
async function follow(
  paths: StatePaths,
  session: SessionInfo,
  options: Pick<Options, 'json' | 'markdown'>,
  part: Part,
): Promise<number> {
  endWithReader();
  using link = new SupervisorLink(paths);
  const format = formatter(options);
  const follower = new ConversationFollower(codexHomeOfSession(paths, session), (items) => {
    const shown = part.of(options.json ? items : withoutReasoning(items));
    if (options.json) for (const item of shown) printJsonLine(itemToJson(item));
    else (isShown() ? printPainted : print)(format(shown));
  });
  try {
    const watch =
      session.state === 'running' ? await SessionWatch.open(link, [session.fullName]) : undefined;
    const now = watch?.get(session.fullName) ?? session;
    let { conversation } = now;
    follower.follow(conversation);
    if (watch && now.state === 'running')
      await watch.next(({ event, session: changed }) => {
        if (changed.conversation !== conversation && !options.json && follower.begun)
          say(`[${displayName(changed)}: another conversation]`);
        ({ conversation } = changed);
        follower.follow(conversation);
        return event === 'exited' || undefined;
      }, Number.POSITIVE_INFINITY);
    await follower.end();
    return EXIT.ok;
  } finally {
    follower.close();
  }
}
