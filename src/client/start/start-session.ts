/** A start on one connection, in three steps: what is live, the plan, the request. */
import { statSync } from 'node:fs';
import { EXIT, UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { loadConfig } from '../../store/config.ts';
import { fullNameOf, type SessionName } from '../../store/names.ts';
import type { StatePaths } from '../../store/paths.ts';
import { readRecord, recordFileName, scanRecords } from '../../store/record.ts';
import { dropExpired } from '../../store/retention.ts';
import { safeText } from '../../terminal/safe-text.ts';
import type { SupervisorLink } from '../connection/supervisor-link.ts';
import { displayName, typedName } from '../sessions/display-name.ts';
import { withColors } from './color-question.ts';
import { type Plan, planStart, type StartRequest } from './plan.ts';
import { recalledOptions } from './recalled-options.ts';
import { requestStart } from './request-start.ts';

/** What the caller of a start gives, before anything is looked up. */
export type StartTarget = Omit<StartRequest, 'config' | 'paths' | 'live'>;

export interface Found {
  readonly live: SessionInfo | undefined;
  /** All live sessions; undefined if no supervisor is running and planning needs none. */
  readonly all: readonly SessionInfo[] | undefined;
}

export interface Started {
  readonly session: SessionInfo;
  /** False if it was already running. */
  readonly created: boolean;
  /** A line or two for the user, see {@link saidOf}. */
  readonly said: string | undefined;
}

export interface HowToStart {
  /** As of {@link requestStart}. */
  readonly waitMs: number;
  /** Called when it is certain that it is not running; throws if it should not be started. */
  agree(): Promise<void>;
  /** As of {@link withColors}. */
  onLost(typed: string): void;
}

/**
 * Makes sure that a session is running, without a terminal: starts it, or brings it back with its
 * conversation, if it is not.
 * @throws UserError as {@link findLive}, {@link planStart} and {@link requestStart}; what `agree`
 *   throws
 */
export async function startSession(
  link: SupervisorLink,
  target: StartTarget,
  { waitMs, agree, onLost }: HowToStart,
): Promise<Started> {
  const { paths } = link;
  const { live, all } = await findLive(link, target);
  if (live) return { session: live, created: false, said: staysWhere(live, target) };
  await agree();
  return await withColors(onLost, async (question) => {
    const config = await loadConfig(process.env, target.project);
    const plan = await planStart({ ...target, config, paths, live: all });
    const { spec } = plan;
    await forgetExpired(paths, all, spec);
    const { session, created } = await requestStart(link, plan, waitMs, question);
    return { session, created, said: created ? saidOf(plan) : undefined };
  });
}

/** What the user is told of a start: about the conversation, and with which options it goes on. */
export function saidOf({ spec, said }: Plan): string | undefined {
  const options = recalledOptions(spec);
  const again = options && `With its options from last time: ${options}`;
  return [said, again].filter(Boolean).join('\n') || undefined;
}

/**
 * Whether the session is live. If there is a conversation to resume, a supervisor is launched: only it
 * knows for certain that no other session has it open.
 * @throws UserError (usage) when it is live, but arguments or a conversation were given for a start
 */
export async function findLive(link: SupervisorLink, target: StartTarget): Promise<Found> {
  const { project, name, userArgs, how, id } = target;
  const session = { project: project.name, name, hash: project.hash };
  if (!(await link.find()) && !readRecord(link.paths.records, session)?.conversation)
    return { live: undefined, all: undefined };
  const all = await link.liveSessions();
  const fullName = fullNameOf(project, name);
  const live = all.find((one) => one.fullName === fullName);
  if (live && userArgs.length > 0) throw liveWithArguments(live);
  if (live && (how || id !== undefined)) throw liveAlready(live);
  return { live, all };
}

/** Removes expired records if it is known what is live, but never that of `spec`. */
export async function forgetExpired(
  paths: StatePaths,
  live: readonly SessionName[] | undefined,
  spec: SessionName,
): Promise<void> {
  if (!live) return;
  const { records } = scanRecords(paths.records, new Set([...live, spec].map(recordFileName)));
  await dropExpired(paths, records);
}

/** What to say about a directory that was named for a session which is running in another one. */
export function staysWhere(live: SessionInfo, target: StartTarget): string | undefined {
  if (!target.moved) return undefined;
  const named = statSync(target.cwd, { throwIfNoEntry: false });
  const isSame = (path: string) => {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat?.ino === named?.ino && stat?.dev === named?.dev;
  };
  if (isSame(live.cwd) || isSame(target.project.root)) return undefined;
  return `${displayName(live)} runs already, in ${safeText(live.cwd)}: -C is for one that is started.`;
}

function liveWithArguments(live: SessionInfo): UserError {
  return new UserError(
    `${live.name} is running already, so it cannot be given arguments`,
    `Leave them out to attach, kill it first, or choose another name.`,
    EXIT.usage,
  );
}

function liveAlready(live: SessionInfo): UserError {
  return new UserError(
    `${live.name} is running already, with a conversation of its own`,
    `Kill it first, its conversation stays; or: codex-sessions fork ${typedName(live)} NAME`,
    EXIT.usage,
  );
}
