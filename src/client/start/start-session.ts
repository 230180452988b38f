/** A start, in one direction and over one connection: what is live, the plan, the start. */
import { EXIT, UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { loadConfig } from '../../store/config.ts';
import { fullNameOf, type SessionName } from '../../store/names.ts';
import type { StatePaths } from '../../store/paths.ts';
import { readRecord, recordFileName, scanRecords } from '../../store/record.ts';
import { dropExpired } from '../../store/retention.ts';
import type { SupervisorLink } from '../connection/supervisor-link.ts';
import { planStart, type StartRequest } from './plan.ts';

/** What a start was asked for, before anything is looked up. */
export type StartTarget = Omit<StartRequest, 'config' | 'paths' | 'live'>;

export interface Found {
  readonly live: SessionInfo | undefined;
  /** All that is live; undefined where no supervisor runs and none is needed to plan. */
  readonly all: readonly SessionInfo[] | undefined;
}

export interface Started {
  readonly session: SessionInfo;
  /** False where it ran already. */
  readonly created: boolean;
  /** What the user has to be told of its conversation, in a line. */
  readonly said: string | undefined;
}

/**
 * Makes sure that a session runs, without a terminal: the one that runs, or one that is started or
 * brought back with its conversation.
 * @throws UserError as {@link findLive} and {@link planStart}, and when the supervisor refuses
 */
export async function startSession(link: SupervisorLink, target: StartTarget): Promise<Started> {
  const { paths } = link;
  const { live, all } = await findLive(link, target);
  if (live) return { session: live, created: false, said: undefined };
  const config = await loadConfig(process.env, target.project);
  const { spec, said } = await planStart({ ...target, config, paths, live: all });
  await forgetExpired(paths, all, spec);
  const { session, created } = await link.run((connection) =>
    connection.request({ type: 'start', spec }, 'started'),
  );
  return { session, created, said: created ? said : undefined };
}

/**
 * Whether the session runs. Where there is a conversation to go on with, a supervisor is launched:
 * only it can say for sure that no other session holds it.
 * @throws UserError (usage) when it runs, and something is asked for that only a start can give
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

/** Drops what ended long ago, where it is known what is live; never the record of `spec`. */
export async function forgetExpired(
  paths: StatePaths,
  live: readonly SessionName[] | undefined,
  spec: SessionName,
): Promise<void> {
  if (!live) return;
  const { records } = scanRecords(paths.records, new Set([...live, spec].map(recordFileName)));
  await dropExpired(paths, records);
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
    `Kill it first, its conversation stays; or "codex-sessions fork ${live.name} NAME".`,
    EXIT.usage,
  );
}
