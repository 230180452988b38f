/**
 * Plans the start of a session that is not live: resumes its conversation if that is possible, else
 * says why not.
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
import { displayName } from '../sessions/display-name.ts';
import { refuseIfOpen } from './conversation-holder.ts';
import { buildSpec } from './session-spec.ts';

export interface StartRequest {
  readonly project: Project;
  readonly name: string;
  /** Directory of a new session. */
  readonly cwd: string;
  /** The user named `cwd`, so it also applies to a session that is brought back. */
  readonly moved?: boolean;
  /** Empty: the session's own from last time. */
  readonly userArgs: readonly string[];
  /** `new`: a new conversation even if there is one. `fork`: a new one that starts from it. */
  readonly how?: 'resume' | 'new' | 'fork';
  /** A conversation other than the session's last one: a UUID or the start of one. */
  readonly id?: string | undefined;
  readonly config: Config;
  readonly paths: StatePaths;
  /** The session that the directory, the options and the conversation to fork come from. */
  readonly from?: SessionName;
  /** Keep the session's CODEX_HOME even if it has no conversation to resume. */
  readonly asItRan?: boolean;
  /** The session is running, and will be ended for the planned one. */
  readonly replaces?: boolean;
  /** Live sessions; undefined if no supervisor was asked: then no leftover process may be ended. */
  readonly live: readonly SessionInfo[] | undefined;
}

export interface Plan {
  readonly spec: SessionSpec;
  /** `fresh`: there is a conversation, but it cannot be resumed. */
  readonly outcome: 'new' | 'resumed' | 'forked' | 'fresh';
  /** One line for the user. */
  readonly said: string | undefined;
}

/** @throws UserError: no Codex (5), open elsewhere (6), no such conversation (3). */
export async function planStart(request: StartRequest): Promise<Plan> {
  const { record, aside } = findRecord(request);
  const basis = basisOf(request, record);
  const afresh = request.asItRan ? { ...basis, home: record } : basis;
  const id = await conversationToOpen(request, record);
  if (id === undefined) {
    const spec = await buildSpec(afresh);
    return { spec, outcome: 'new', said: aside ?? newConversationMessage(request, record) };
  }
  const why = await whyNotResumable(request, record, id);
  if (why !== undefined) {
    const earlier = earlierConversationHint(request, record, id);
    const said = `${displayNameOf(request)} begins a new conversation: ${why}.${earlier}`;
    return { spec: await buildSpec(afresh), outcome: 'fresh', said };
  }
  if (request.how !== 'fork' && !request.replaces)
    await refuseIfOpen({ ...request, record, id, codexHome: homeOf(record) });
  const how = request.how === 'fork' ? 'fork' : 'resume';
  const spec = await buildSpec({ ...basis, home: record, conversation: { how, id } });
  return how === 'fork'
    ? { spec, outcome: 'forked', said: `Forked the conversation ${id}.` }
    : { spec, outcome: 'resumed', said: `Resumed the conversation of ${displayNameOf(request)}.` };
}

/** `project:name` of a session that may not exist. */
function displayNameOf({ project, name }: Pick<StartRequest, 'project' | 'name'>): string {
  return displayName({ project: project.name, name, hash: project.hash });
}

/** Refuses to overwrite a record of a later version; renames an unreadable one. */
function findRecord(request: StartRequest): { record?: SessionRecord; aside?: string } {
  const { project, name, paths } = request;
  const session = request.from ?? { project: project.name, name, hash: project.hash };
  const found = lookUpRecord(paths.records, session);
  switch (found.type) {
    case 'record':
      return { record: found.record };
    case 'none':
      return {};
    case 'later':
      throw new UserError(
        `what is recorded of ${displayNameOf(request)} is by a later version of codex-sessions`,
        `Upgrade codex-sessions, or start under another name. The file: ${found.path}`,
      );
    case 'unreadable': {
      const aside = `${found.path}.unreadable`;
      putAside(found.path, aside, displayNameOf(request));
      return {
        aside: `What was recorded of ${displayNameOf(request)} cannot be read and was put aside: ${aside}`,
      };
    }
  }
}

/** @throws UserError when it cannot be renamed */
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

/** Directory and options: those given now, else the session's own. */
function basisOf(
  request: StartRequest,
  record: SessionRecord | undefined,
): Parameters<typeof buildSpec>[0] {
  const { project, name, config, paths } = request;
  const typed = request.userArgs.length > 0 || !record;
  return {
    project,
    name,
    config,
    paths,
    cwd: request.moved || !record ? request.cwd : record.cwd,
    userArgs: typed ? request.userArgs : optionsOnly(record.userArgs),
    recalledArgs: !typed,
    ...(record && request.how !== 'new' && { lastFile: record.file }),
  };
}

/** The CODEX_HOME of the session's conversations; this shell's if it never had one. */
function homeOf(record: SessionRecord | undefined): string {
  if (!record?.conversation && !record?.previous.length) return codexHomeOf(process.env);
  return record.codexHome ?? codexHomeOf({ ...process.env, CODEX_HOME: undefined });
}

/** The conversation to resume or fork, if any. @throws UserError 3 when it does not exist */
async function conversationToOpen(
  request: StartRequest,
  record: SessionRecord | undefined,
): Promise<string | undefined> {
  if (request.id !== undefined) {
    const id = await completeId(homeOf(record), request.id.toLowerCase());
    if (id !== undefined) return id;
    throw new UserError(
      `Codex has no conversation ${safeJson(request.id.slice(0, 80))}, or several that begin so`,
      `Looked for in ${homeOf(record)}. "codex-sessions log --previous" lists a session's own.`,
      EXIT.noSuchSession,
    );
  }
  const id = request.how === 'new' ? undefined : record?.conversation;
  if (id === undefined && request.how === 'fork')
    throw new UserError(
      `${displayNameOf(request)} has no conversation to fork from`,
      'Without --fork it is started.',
      EXIT.noSuchSession,
    );
  // A subcommand of Codex takes no conversation.
  return subcommandOf(request.userArgs) === undefined ? id : undefined;
}

/** Why Codex cannot resume it. @throws UserError 3 instead if it was named by its id or is to be forked */
async function whyNotResumable(
  request: StartRequest,
  record: SessionRecord | undefined,
  id: string,
): Promise<string | undefined> {
  const state = await conversationState(homeOf(record), id);
  if (state === 'resumable') return undefined;
  const why =
    state === 'archived'
      ? 'its last one was archived'
      : 'its last one never had a turn, or was deleted';
  if (request.id === undefined && request.how !== 'fork') return why;
  throw new UserError(
    state === 'archived'
      ? `the conversation ${id} was archived`
      : `the conversation ${id} never had a turn, or was deleted`,
    state === 'archived' ? `Bring it back first: codex unarchive ${id}` : undefined,
    EXIT.noSuchSession,
  );
}

/** Says how to resume the earlier conversation. */
function newConversationMessage(
  request: StartRequest,
  record: SessionRecord | undefined,
): string | undefined {
  const last = record?.conversation;
  if (!last) return undefined;
  return `${displayNameOf(request)} begins a new conversation.${returnHint(last, request, record)}`;
}

function earlierConversationHint(
  request: StartRequest,
  record: SessionRecord | undefined,
  id: string,
): string {
  const earlier = record?.previous.find((other) => other !== id);
  return earlier ? returnHint(earlier, request, record) : '';
}

function returnHint(
  id: string,
  { name, asItRan }: StartRequest,
  record: SessionRecord | undefined,
): string {
  const home = homeOf(record);
  // The session's conversations will then be in another CODEX_HOME, where `--resume` cannot find it.
  if (!asItRan && home !== codexHomeOf(process.env))
    return ` The earlier one, ${id}, stays in ${safeText(home)}.`;
  return ` The earlier one: codex-sessions start --resume ${id} ${name}`;
}
