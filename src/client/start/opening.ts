/**
 * The conversation that a start opens: which one, whether Codex has it, and in which directory it
 * goes on.
 */
import { directoryIn, subcommandOf } from '../../codex/args.ts';
import { completeId, conversationState, rolloutPath } from '../../codex/conversation.ts';
import { type ConversationFacts, factsIn } from '../../codex/conversation-facts.ts';
import { EXIT, UserError } from '../../platform/errors.ts';
import type { SessionName } from '../../store/names.ts';
import type { SessionRecord } from '../../store/record.ts';
import { safeJson } from '../../terminal/safe-text.ts';

/** Side conversations may have side conversations; a forged record could go on for ever. */
const SIDES_MAX = 8;

/** The part of a start request that decides on the conversation. */
export interface OpeningRequest {
  /** The user named `cwd`, so it also applies to a session that is brought back. */
  readonly moved?: boolean;
  /** Empty: the session's own from last time. */
  readonly userArgs: readonly string[];
  /** `new`: a new conversation even if there is one. `fork`: a new one that starts from it. */
  readonly how?: 'resume' | 'new' | 'fork';
  /** A conversation other than the session's last one: a UUID or the start of one. */
  readonly id?: string | undefined;
  /** The session that the directory, the options and the conversation to fork come from. */
  readonly from?: SessionName;
}

export interface Opening {
  readonly id: string;
  /** `unknown`: no record is found, but as far as we know it has had a turn. */
  readonly state: 'resumable' | 'unknown' | 'archived' | 'no-turn';
  /** Absolute; it may be gone. Undefined if it is not known, so that Codex itself has to ask. */
  readonly directory: string | undefined;
  /** The side conversation (`/side`) last open in it. */
  readonly side: string | undefined;
}

interface Asked {
  readonly request: OpeningRequest;
  readonly record: SessionRecord | undefined;
  /** CODEX_HOME. */
  readonly home: string;
  /** The session's name as users see it. */
  readonly name: string;
}

/**
 * Undefined: a new conversation is to begin.
 * @throws UserError 3 when the conversation does not exist
 */
export async function openingFor(asked: Asked): Promise<Opening | undefined> {
  const { request, record, home } = asked;
  const id = await idToOpen(asked);
  if (id === undefined) return undefined;
  // A session comes back to its main conversation; a side conversation is named by its id.
  const itself = request.id === undefined || request.from !== undefined;
  let open = id;
  let facts = await factsOf(home, open);
  for (let sides = 0; itself && facts?.sideOf !== undefined && sides < SIDES_MAX; sides++) {
    const parent = await factsOf(home, facts.sideOf);
    if (parent === undefined) break;
    open = facts.sideOf;
    facts = parent;
  }
  const state = facts ? 'resumable' : await stateWithoutRecord(home, id, record);
  const directory = directoryOf(open, facts, record);
  return { id: open, state, directory, side: open === id ? undefined : id };
}

async function idToOpen(asked: Asked): Promise<string | undefined> {
  const { request, record, name } = asked;
  if (request.id !== undefined) return idGiven(request.id, asked);
  const id = request.how === 'new' ? undefined : record?.conversation;
  if (id === undefined && request.how === 'fork')
    throw new UserError(
      `${name} has no conversation to fork from`,
      'Without --fork it is started.',
      EXIT.noSuchSession,
    );
  // With a subcommand of Codex no conversation can be opened.
  return subcommandOf(request.userArgs) === undefined ? id : undefined;
}

async function idGiven(given: string, { record, home }: Asked): Promise<string> {
  const prefix = given.toLowerCase();
  const own = [record?.conversation, ...(record?.previous ?? [])];
  const known = own.filter((id) => id?.startsWith(prefix));
  const id = (await completeId(home, prefix)) ?? (known.length === 1 ? known[0] : undefined);
  if (id !== undefined) return id;
  throw new UserError(
    `no conversation ${safeJson(given.slice(0, 80))} is found, or several begin so`,
    `Looked for in ${home}. "codex-sessions log --list" lists those of a session.`,
    EXIT.noSuchSession,
  );
}

/**
 * Undefined if there is no record; without a directory if it is unreadable for us, though perhaps
 * not for Codex.
 */
async function factsOf(home: string, id: string): Promise<ConversationFacts | undefined> {
  const path = await rolloutPath(home, id);
  if (path === undefined) return undefined;
  return factsIn(path).catch(() => ({ bytes: 0 }));
}

async function stateWithoutRecord(
  home: string,
  id: string,
  record: SessionRecord | undefined,
): Promise<Opening['state']> {
  if ((await conversationState(home, id)) === 'archived') return 'archived';
  return id === record?.conversation && record.hadTurn === false ? 'no-turn' : 'unknown';
}

/** Codex's record decides, unless the session has moved elsewhere since, without a turn. */
function directoryOf(
  id: string,
  facts: ConversationFacts | undefined,
  record: SessionRecord | undefined,
): string | undefined {
  const ours = id === record?.conversation ? record.directory : undefined;
  if (facts?.directory === undefined || facts.at === undefined) return facts?.directory ?? ours;
  return ours !== undefined && facts.at < Date.parse(record?.startedAt ?? '')
    ? ours
    : facts.directory;
}

/** Whether the user names the directory, which takes precedence over where the conversation was. */
export function namesDirectory({ moved, userArgs }: OpeningRequest): boolean {
  return moved === true || directoryIn(userArgs);
}
