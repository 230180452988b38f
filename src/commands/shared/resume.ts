/**
 * What `start NAME` does for a session that is not live, decided in one place for everything that
 * starts sessions: its conversation goes on where it can be, and where not, it is said why.
 */
import { renameSync } from 'node:fs';
import { optionsOnly, subcommandOf } from '../../codex/args.ts';
import { codexHomeOf, completeId, conversationState } from '../../codex/conversation.ts';
import { EXIT, errorCode, UserError } from '../../platform/errors.ts';
import type { SessionInfo, SessionSpec } from '../../protocol/messages.ts';
import type { Config } from '../../store/config.ts';
import type { SessionName } from '../../store/names.ts';
import type { StatePaths } from '../../store/paths.ts';
import type { Project } from '../../store/project.ts';
import { lookUpRecord, type SessionRecord } from '../../store/record.ts';
import { safeJson, safeText } from '../../terminal/safe-text.ts';
import { spoken } from './context.ts';
import { OpenElsewhereError, refuseIfOpen } from './conversation-holder.ts';
import { makeSpec } from './session-spec.ts';

export interface Wish {
  readonly project: Project;
  readonly name: string;
  /** Where it begins if it is new. */
  readonly cwd: string;
  /** The user named `cwd`: a session that is brought back goes there, too. */
  readonly moved?: boolean;
  /** Empty: those that it had. */
  readonly userArgs: readonly string[];
  /** `new`: another conversation, whatever there was. `fork`: one that starts from it. */
  readonly how?: 'resume' | 'new' | 'fork';
  /** Not the session's last conversation but this one: a UUID, or how it begins. */
  readonly id?: string | undefined;
  readonly config: Config;
  readonly paths: StatePaths;
  /** Its directory and options, and the conversation that is forked, are those of this one. */
  readonly from?: SessionName;
  /** It comes back as it ran: in its CODEX_HOME also where it has no conversation to go on with. */
  readonly asItRan?: boolean;
  /** It runs, and is to make room for what is planned. */
  readonly replaces?: boolean;
  /** What the supervisor says is live; undefined: none was asked, nothing left may be ended. */
  readonly live: readonly SessionInfo[] | undefined;
}

export interface Plan {
  readonly spec: SessionSpec;
  /** `fresh`: there is a conversation, and it cannot go on. */
  readonly outcome: 'new' | 'resumed' | 'forked' | 'fresh';
  /** What the user has to be told, in a line. */
  readonly said: string | undefined;
}

/** @throws UserError: no Codex (5), open elsewhere (6), no such conversation (3). */
export async function planStart(wish: Wish): Promise<Plan> {
  const { record, aside } = findRecord(wish);
  const basis = basisOf(wish, record);
  const afresh = wish.asItRan ? { ...basis, home: record } : basis;
  const id = await wantedId(wish, record);
  if (id === undefined) {
    const spec = await makeSpec(afresh);
    return { spec, outcome: 'new', said: aside ?? newWords(wish, record) };
  }
  const why = await whyNot(wish, record, id);
  if (why !== undefined) {
    const earlier = earlierWords(wish, record, id);
    const said = `${spokenOf(wish)} begins a new conversation: ${why}.${earlier}`;
    return { spec: await makeSpec(afresh), outcome: 'fresh', said };
  }
  if (wish.how !== 'fork' && !wish.replaces)
    await refuseIfOpen({ ...wish, record, id, codexHome: homeOf(record) });
  const how = wish.how === 'fork' ? 'fork' : 'resume';
  const spec = await makeSpec({ ...basis, home: record, conversation: { how, id } });
  return how === 'fork'
    ? { spec, outcome: 'forked', said: `Forked the conversation ${id}.` }
    : { spec, outcome: 'resumed', said: `Resumed the conversation of ${spokenOf(wish)}.` };
}

/** Asked of the copy of this module that has thrown it: each file of the build has its own classes. */
export function isOpenElsewhere(error: unknown): error is OpenElsewhereError {
  return error instanceof OpenElsewhereError;
}

/** `project:name`, of a session that need not exist. */
export function spokenOf({ project, name }: Pick<Wish, 'project' | 'name'>): string {
  return spoken({ project: project.name, name, hash: project.hash });
}

/** A record of a later version is not overwritten; one that is damaged is put aside. */
function findRecord(wish: Wish): { record?: SessionRecord; aside?: string } {
  const { project, name, paths } = wish;
  const session = wish.from ?? { project: project.name, name, hash: project.hash };
  const found = lookUpRecord(paths.records, session);
  switch (found.type) {
    case 'record':
      return { record: found.record };
    case 'none':
      return {};
    case 'later':
      throw new UserError(
        `what is recorded of ${spokenOf(wish)} is by a later version of codex-sessions`,
        `Upgrade codex-sessions, or start under another name. The file: ${found.path}`,
      );
    case 'unreadable': {
      const aside = `${found.path}.unreadable`;
      putAside(found.path, aside, spokenOf(wish));
      return {
        aside: `What was recorded of ${spokenOf(wish)} cannot be read and was put aside: ${aside}`,
      };
    }
  }
}

/** @throws UserError where something is in the way. */
function putAside(path: string, aside: string, name: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    throw new UserError(
      `what is recorded of ${name} cannot be read, nor be put aside (${errorCode(error)})`,
      `Remove it: ${path}`,
    );
  }
}

/** Directory and options: the session's own, but for what is given now. */
function basisOf(wish: Wish, record: SessionRecord | undefined): Parameters<typeof makeSpec>[0] {
  const { project, name, config, paths } = wish;
  const typed = wish.userArgs.length > 0 || !record;
  return {
    project,
    name,
    config,
    paths,
    cwd: wish.moved || !record ? wish.cwd : record.cwd,
    userArgs: typed ? wish.userArgs : optionsOnly(record.userArgs),
    recalledArgs: !typed,
    ...(record && wish.how !== 'new' && { lastFile: record.file }),
  };
}

/** Where the session's conversations are; where it never had one, this shell's. */
function homeOf(record: SessionRecord | undefined): string {
  if (!record?.conversation && !record?.previous.length) return codexHomeOf(process.env);
  return record.codexHome ?? codexHomeOf({ ...process.env, CODEX_HOME: undefined });
}

/** The conversation to go on with; undefined: none. @throws UserError 3 for one that is not there. */
async function wantedId(
  wish: Wish,
  record: SessionRecord | undefined,
): Promise<string | undefined> {
  if (wish.id !== undefined) {
    const id = await completeId(homeOf(record), wish.id.toLowerCase());
    if (id !== undefined) return id;
    throw new UserError(
      `Codex has no conversation ${safeJson(wish.id.slice(0, 80))}, or several that begin so`,
      `Looked for in ${homeOf(record)}. "codex-sessions log --previous" lists a session's own.`,
      EXIT.noSuchSession,
    );
  }
  const id = wish.how === 'new' ? undefined : record?.conversation;
  if (id === undefined && wish.how === 'fork')
    throw new UserError(
      `${spokenOf(wish)} has no conversation to fork from`,
      'Without --fork it is started.',
      EXIT.noSuchSession,
    );
  // Whoever names a command of Codex's does not mean the conversation.
  return subcommandOf(wish.userArgs) === undefined ? id : undefined;
}

/** Why Codex cannot go on with it. @throws UserError 3 when it was asked for by its id, or to fork. */
async function whyNot(
  wish: Wish,
  record: SessionRecord | undefined,
  id: string,
): Promise<string | undefined> {
  const state = await conversationState(homeOf(record), id);
  if (state === 'resumable') return undefined;
  const why =
    state === 'archived'
      ? 'its last one was archived'
      : 'its last one never had a turn, or was deleted';
  if (wish.id === undefined && wish.how !== 'fork') return why;
  throw new UserError(
    state === 'archived'
      ? `the conversation ${id} was archived`
      : `the conversation ${id} never had a turn, or was deleted`,
    state === 'archived' ? `Bring it back first: codex unarchive ${id}` : undefined,
    EXIT.noSuchSession,
  );
}

/** With the id of what is left behind: the way back to it. */
function newWords(wish: Wish, record: SessionRecord | undefined): string | undefined {
  const last = record?.conversation;
  if (!last) return undefined;
  return `${spokenOf(wish)} begins a new conversation.${wayBack(last, wish, record)}`;
}

function earlierWords(wish: Wish, record: SessionRecord | undefined, id: string): string {
  const earlier = record?.previous.find((other) => other !== id);
  return earlier ? wayBack(earlier, wish, record) : '';
}

function wayBack(id: string, { name, asItRan }: Wish, record: SessionRecord | undefined): string {
  const home = homeOf(record);
  // From now on the session's conversations are looked for elsewhere.
  if (!asItRan && home !== codexHomeOf(process.env))
    return ` The earlier one, ${id}, stays in ${safeText(home)}.`;
  return ` The earlier one: codex-sessions start --resume ${id} ${name}`;
}
