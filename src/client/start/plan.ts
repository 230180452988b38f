/**
 * Plans the start of a session that is not live: resumes its conversation if that is possible, else
 * says why not.
 */
import { renameSync, statSync } from 'node:fs';
import { optionsAnew, optionsElsewhere, optionsOnly } from '../../codex/args.ts';
import { codexHomeOf, rolloutPath } from '../../codex/conversation.ts';
import { EXIT, errorCode, UserError } from '../../platform/errors.ts';
import type { SessionInfo, SessionSpec } from '../../protocol/messages.ts';
import type { Config } from '../../store/config.ts';
import { fullNameOf } from '../../store/names.ts';
import type { StatePaths } from '../../store/paths.ts';
import type { Project } from '../../store/project.ts';
import { lookUpRecord, type SessionRecord } from '../../store/record.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { shellWords } from '../../terminal/shell-words.ts';
import { displayName, typedName } from '../sessions/display-name.ts';
import { refuseIfOpen } from './conversation-holder.ts';
import { movedProjectHint } from './moved-project.ts';
import { namesDirectory, type Opening, type OpeningRequest, openingFor } from './opening.ts';
import { buildSpec } from './session-spec.ts';

/** How many conversations are searched for one to name in a hint. */
const EARLIER_MAX = 8;

export interface StartRequest extends OpeningRequest {
  readonly project: Project;
  readonly name: string;
  /** Directory of a new session. */
  readonly cwd: string;
  readonly config: Config;
  readonly paths: StatePaths;
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
  /** The conversation that Codex is asked to open although no record of it is found. */
  readonly tried?: string | undefined;
  /** One line for the user. */
  readonly said: string | undefined;
}

/** @throws UserError: no Codex (5), open elsewhere (6), no such conversation (3). */
export async function planStart(request: StartRequest): Promise<Plan> {
  const { record, aside } = findRecord(request);
  const home = homeOf(record);
  const name = displayNameOf(request);
  const opening = await openingFor({ request, record, home, name });
  const why = opening && whyNotOpen(opening, request);
  if (opening === undefined || why !== undefined) {
    const afresh = basisAnew(request, record);
    const spec = await buildSpec(request.asItRan ? { ...afresh, home: record } : afresh);
    if (why === undefined)
      return {
        spec,
        outcome: 'new',
        said: aside ?? (await newConversationMessage(request, record)),
      };
    const earlier = await earlierConversationHint(request, record);
    return { spec, outcome: 'fresh', said: `${name} begins a new conversation: ${why}.${earlier}` };
  }
  const { id } = opening;
  if (request.how !== 'fork' && !request.replaces)
    await refuseIfOpen({ ...request, record, id, codexHome: home });
  const how = request.how === 'fork' ? 'fork' : 'resume';
  const basis = basisFor(request, record, opening);
  const spec = await buildSpec({ ...basis, home: record, conversation: { how, id } });
  const tried = opening.state === 'unknown' ? id : undefined;
  return { spec, tried, ...outcomeOf(request, opening) };
}

function outcomeOf(request: StartRequest, opening: Opening): Pick<Plan, 'outcome' | 'said'> {
  const { id, side, state } = opening;
  const name = displayNameOf(request);
  if (state === 'unknown')
    return {
      outcome: request.how === 'fork' ? 'forked' : 'resumed',
      said: `Codex is asked for the conversation ${id} of ${request.from ? displayName(request.from) : name}, of which no record is found.`,
    };
  if (request.how === 'fork') return { outcome: 'forked', said: `Forked the conversation ${id}.` };
  const back = side
    ? ` The side: codex-sessions start --resume ${side} ${typedNameOf(request)}`
    : '';
  const where = inOtherDirectory(request, opening);
  return { outcome: 'resumed', said: `Resumed the conversation of ${name}${where}.${back}` };
}

/** In which directory it goes on, if the user would not expect that. */
function inOtherDirectory(request: StartRequest, { directory }: Opening): string {
  const expected = [undefined, request.cwd, request.project.root].includes(directory);
  return expected || namesDirectory(request) ? '' : ` in ${safeText(directory ?? '')}`;
}

/** `project:name` of a session that may not exist. */
function displayNameOf({ project, name }: Pick<StartRequest, 'project' | 'name'>): string {
  return displayName({ project: project.name, name, hash: project.hash });
}

function typedNameOf({ project, name }: Pick<StartRequest, 'project' | 'name'>): string {
  return typedName({ project: project.name, name, hash: project.hash });
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

type Basis = Omit<Parameters<typeof buildSpec>[0], 'home' | 'conversation'>;

/** Directory and options for a new conversation: those given now, else the session's own. */
function basisAnew(request: StartRequest, record: SessionRecord | undefined): Basis {
  const cwd = request.moved || !record ? request.cwd : (record.directory ?? record.cwd);
  const chosen = request.moved || record?.directory !== undefined;
  return { ...basisOf(request, record, chosen ? optionsElsewhere : optionsAnew), cwd };
}

/**
 * Directory and options for opening a conversation. It goes on where it was last, unless another
 * directory is named.
 * @throws UserError when that directory is gone
 */
function basisFor(
  request: StartRequest,
  record: SessionRecord | undefined,
  opening: Opening,
): Basis {
  const named = namesDirectory(request);
  const { directory } = opening;
  const own = record?.directory ?? record?.cwd ?? request.cwd;
  if (named || directory === undefined) {
    const basis = basisOf(request, record, request.moved ? optionsElsewhere : optionsOnly);
    const asks = !named && record !== undefined;
    return { ...basis, cwd: request.moved ? request.cwd : own, asks };
  }
  if (!isDirectory(directory)) throw goneDirectory(request, directory);
  return { ...basisOf(request, record, optionsElsewhere), cwd: directory };
}

function basisOf(
  request: StartRequest,
  record: SessionRecord | undefined,
  recall: (args: readonly string[]) => string[],
): Omit<Basis, 'cwd'> {
  const { project, name, config, paths } = request;
  const typed = request.userArgs.length > 0 || !record;
  return {
    ...{ project, name, config, paths },
    userArgs: typed ? request.userArgs : recall(record.userArgs),
    recalledArgs: !typed,
    ...(record && request.how !== 'new' && { lastFile: record.file }),
  };
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** By the full name, as a short one is searched for in the project of `-C`. */
function goneDirectory(request: StartRequest, directory: string): UserError {
  const { project, name } = request;
  const whose = request.from ?? { project: project.name, name, hash: project.hash };
  const full = fullNameOf({ name: whose.project, hash: whose.hash }, whose.name);
  return new UserError(
    `${displayName(whose)} was last in ${directory}, which is gone`,
    `Make it again, or say where to go on: codex-sessions start -C DIR ${shellWords([full])}`,
  );
}

/** The CODEX_HOME of the session's conversations; this shell's if it never had one. */
function homeOf(record: SessionRecord | undefined): string {
  if (!record?.conversation && !record?.previous.length) return codexHomeOf(process.env);
  return record.codexHome ?? codexHomeOf({ ...process.env, CODEX_HOME: undefined });
}

/**
 * Why a new conversation begins instead.
 * @throws UserError 3 if the conversation was named by its id or is to be forked
 */
function whyNotOpen(opening: Opening, request: StartRequest): string | undefined {
  const { state, id } = opening;
  if (state === 'resumable' || state === 'unknown') return undefined;
  const why = state === 'archived' ? 'was archived' : 'never had a turn';
  if (request.id === undefined && request.how !== 'fork') return `its last one ${why}`;
  throw new UserError(
    `the conversation ${id} ${why}`,
    state === 'archived'
      ? `Bring it back first: codex unarchive ${id}`
      : 'There is nothing in it to go on with.',
    EXIT.noSuchSession,
  );
}

/** Says how to resume the earlier conversation. */
async function newConversationMessage(
  request: StartRequest,
  record: SessionRecord | undefined,
): Promise<string | undefined> {
  if (!record && !request.moved) return movedProjectHint(request.paths, request.project);
  if (!record?.conversation) return undefined;
  const earlier = await earlierConversationHint(request, record);
  return `${displayNameOf(request)} begins a new conversation.${earlier}`;
}

/** How to get back to the session's newest conversation that can be resumed, if there is one. */
async function earlierConversationHint(
  request: StartRequest,
  record: SessionRecord | undefined,
): Promise<string> {
  const home = homeOf(record);
  for (const id of [record?.conversation, ...(record?.previous ?? [])].slice(0, EARLIER_MAX))
    if (id !== undefined && (await rolloutPath(home, id))) return returnHint(id, request, record);
  return '';
}

function returnHint(id: string, request: StartRequest, record: SessionRecord | undefined): string {
  const home = homeOf(record);
  // The session's conversations will then be in another CODEX_HOME, where `--resume` cannot find it.
  if (!request.asItRan && home !== codexHomeOf(process.env))
    return ` The earlier one, ${id}, stays in ${safeText(home)}.`;
  return ` The earlier one: codex-sessions start --resume ${id} ${typedNameOf(request)}`;
}
