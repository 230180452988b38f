/** Attaches the terminal for a command, and reports at the end how the attachment ended. */

import { constants } from 'node:os';
import {
  type AttachEnd,
  type AttachLoopOptions,
  type AttachPlace,
  type AttachRequest,
  type AttachResult,
  attachTerminal,
  type FarSide,
  infoOf,
  notOpened,
  RESTORE_WAIT_MS,
  type SupervisorLink,
  type Untold,
} from '../../client/index.ts';
import { EXIT, UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { shortName } from '../../store/names.ts';
import type { StatePaths } from '../../store/paths.ts';
import { readRecord } from '../../store/record.ts';
import { say } from '../../terminal/output.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { displayName, typedName } from './context.ts';

/**
 * @returns the exit code: the program's own when the session ended, 128 + signal for a signal
 * @throws UserError when attaching is refused, or when Codex did not open the session's
 *   conversation; the terminal is restored first
 */
export async function attachSession(
  link: SupervisorLink,
  request: AttachRequest,
  options: AttachLoopOptions,
): Promise<number> {
  return attachAt({ link }, request, options);
}

/** As {@link attachSession}, for a session on any machine. */
export async function attachAt(
  place: AttachPlace,
  request: AttachRequest,
  options: AttachLoopOptions,
): Promise<number> {
  const result = await attachTerminal(place, request, options);
  say(exitMessage(result, options.paths));
  const failed = whyNotOpened(options.paths, result);
  if (failed) throw failed;
  return exitCode(result.end);
}

/** The error if the session ended at once because Codex did not open its conversation. */
export function whyNotOpened(
  paths: StatePaths,
  { request, requestedAt, end, session }: AttachResult,
): UserError | undefined {
  if (request.type !== 'start' || request.tried === undefined || end.type !== 'ended')
    return undefined;
  if (end.exit.code === 0 || Date.now() - requestedAt > RESTORE_WAIT_MS) return undefined;
  const record = readRecord(paths.records, session);
  return record?.end ? notOpened(infoOf(paths, record), request.tried) : undefined;
}

/** How the attachment ended, in a line or two. */
export function exitMessage({ session, place, end }: AttachResult, paths: StatePaths): string {
  if (place.far) return farMessage(session, end, place.far);
  const name = displayName(session);
  const again = `codex-sessions start ${typedName(session)}`;
  switch (end.type) {
    case 'detached':
      return `[detached from ${name}${end.by === 'self' ? '' : ' by request'}]${untold(end)}${otherColors(session, end.drawnFor)}`;
    case 'ended': {
      const { code, signal } = end.exit;
      if (readRecord(paths.records, session)?.end?.by === 'killed')
        return `[${name} was killed${end.whileAway ? '' : ', by codex-sessions kill elsewhere'}]\n  Start it again: ${again}`;
      if (signal) return `[${name} ended by ${signal}]\n  Bring it back: ${again}`;
      return code === null
        ? `[${name} ended, its exit code is unknown]`
        : `[${name} exited with ${code}]`;
    }
    case 'lost':
      if (end.late)
        return `[left ${name}: its supervisor died, and no other has answered for 10 s]\n  Come back to it: codex-sessions attach ${typedName(session)}${untold(end)}`;
      return `[lost ${name}: the supervisor has gone away]\n  Bring it back: ${again}`;
    case 'signal':
      return `[detached from ${name} by ${end.signal}]`;
    case 'switch':
      return `[left ${name}]`;
  }
}

/** As {@link exitMessage}, for a session on another machine, where its records are. */
function farMessage(session: SessionInfo, end: AttachEnd, { host, problem }: FarSide): string {
  const name = safeText(`${host}/${shortName(session)}`);
  switch (end.type) {
    case 'detached':
      return `[detached from ${name}${end.by === 'self' ? '' : ' by request'}]${farUntold(end)}`;
    case 'ended': {
      const { code, signal } = end.exit;
      if (signal) return `[${name} ended by ${safeText(signal)}]`;
      return code === null ? `[${name} has ended]` : `[${name} exited with ${code}]`;
    }
    case 'lost':
      return `[lost ${name}: ${safeText(problem ?? 'it has ended')}]\n  See what runs: codex-sessions ls ${host}/`;
    case 'signal':
      return `[detached from ${name} by ${end.signal}]`;
    case 'switch':
      return `[left ${name}]`;
  }
}

function untold({ unsentBytes = 0, doubtfulBytes = 0 }: Partial<Untold>): string {
  const doubtful = doubtfulBytes
    ? `\n  What you typed just before the supervisor died (bytes: ${doubtfulBytes}) may not have arrived. Attach, and look.`
    : '';
  const unsent = unsentBytes
    ? `\n  What you typed while it had no supervisor (bytes: ${unsentBytes}) did not arrive. Attach, and type it again.`
    : '';
  return doubtful + unsent;
}

/** What is typed while there is no line is dropped, and that is said at once. */
function farUntold({ doubtfulBytes }: Partial<Untold>): string {
  return doubtfulBytes
    ? `\n  What you typed just before the line broke (bytes: ${doubtfulBytes}) may not have arrived. Attach, and look.`
    : '';
}

/** Codex asks for the colours only at its start (0.144 to 0.171). */
function otherColors(session: SessionInfo, drawnFor: 'dark' | 'light' | undefined): string {
  if (drawnFor === undefined) return '';
  return `\n  It draws for a ${drawnFor} terminal. For this one: codex-sessions restart ${typedName(session)}`;
}

function exitCode(end: AttachEnd): number {
  switch (end.type) {
    case 'ended': {
      const { code, signal } = end.exit;
      if (signal) return 128 + (constants.signals[signal as NodeJS.Signals] ?? 0);
      return code ?? EXIT.failure;
    }
    case 'lost':
      return EXIT.failure;
    case 'signal':
      return 128 + (constants.signals[end.signal] ?? 0);
    default:
      return EXIT.ok;
  }
}

/** @throws UserError (usage) without a terminal, with the hint `instead` */
export function requireTerminal(interactive: boolean, instead: string): void {
  if (!interactive) throw new UserError('this needs a terminal', instead, EXIT.usage);
}
