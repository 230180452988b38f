/** Sends a prompt to a session without attaching, and waits for the result. */
import { codexHomeOf } from '../../codex/conversation.ts';
import type { SessionInfo, TypeLimits } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { readRecord } from '../../store/record.ts';
import { isMaybeTyped } from '../connection/errors.ts';
import type { SupervisorLink } from '../connection/supervisor-link.ts';
import { SessionWatch } from '../sessions/session-watch.ts';
import { notRunning, pastePrompt, readyForPrompt } from './input.ts';
import { submitter } from './submit-key.ts';
import { takingLimits } from './taking.ts';
import { TAKEN_LIMIT_MS, type TurnOutcome, TurnWait } from './turn-wait.ts';

/** The prompt is in Codex's record some ms after Codex has begun to work on it. */
const RECORDED_LIMIT_MS = 2_000;

/** A running session that is followed. */
export interface Target {
  readonly link: SupervisorLink;
  readonly watch: SessionWatch;
  readonly fullName: string;
}

export interface SendOptions {
  /** Type even if the session is blocked, starting, or of unknown status; absent where a user cannot say that. */
  readonly force?: boolean;
  /** How long a starting session may take to become idle. */
  readonly startLimitMs: number;
  /** The user's own limit, for typing too. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal;
}

/** @throws UserError 3 when no supervisor is running */
export async function follow(link: SupervisorLink, fullName: string): Promise<Target> {
  const watch = await SessionWatch.open(link, [fullName]);
  if (!watch) throw notRunning(undefined);
  return { link, watch, fullName };
}

/**
 * Types the prompt, and resolves once Codex works on it. Starting its MCP servers may also look
 * like work for a moment, so Codex's record is checked too.
 * @returns `typed`: not submitted, as requested. `queued`: Codex was working. `working`: it works
 *   on this prompt. `unreported`: it has not reported that within {@link TAKEN_LIMIT_MS}.
 * @throws UserError 3 when the session ends, 6 while it is blocked or unknown, or if no key
 *   submits, 7 after `startLimitMs`, or if it reads no input, 8 if it is unknown whether the prompt has arrived
 */
export async function sendPrompt(
  target: Target,
  text: string,
  options: SendOptions & { readonly submit: boolean },
): Promise<'typed' | 'queued' | 'working' | 'unreported'> {
  const { link, watch, fullName } = target;
  const { force, startLimitMs, timeoutMs, signal } = options;
  const limits = takingLimits({ timeoutMs });
  const ready = await readyForPrompt(watch, fullName, force, startLimitMs, signal);
  if (!options.submit) {
    await pastePrompt(link, fullName, text, limits);
    return 'typed';
  }
  using turn = await beginTurnWait(target);
  const working = ready === 'working' ? undefined : nextWork(target, signal);
  // If typing fails as well, report that error.
  working?.catch(() => {});
  const begun = Date.now();
  await submitPrompt(target, text, turn, limits);
  if (!working) return 'queued';
  // A large prompt may have taken as long as Codex has for its report.
  const recordedMs = RECORDED_LIMIT_MS + Math.min(Date.now() - begun, TAKEN_LIMIT_MS);
  // The report may be lost with a dead supervisor: Codex's record decides.
  if (!(await working) && !(await turn.taken(text, recordedMs))) return 'unreported';
  if (watch.get(fullName)?.state !== 'running') throw notRunning(watch.get(fullName));
  await turn.taken(text, RECORDED_LIMIT_MS);
  return 'working';
}

/**
 * Types the prompt and waits for the end of its turn, up to `limitMs` in all. `onTyped` is called once it is
 * typed, `onQueued` if Codex was working and has queued it.
 * @throws UserError as {@link sendPrompt}
 */
export async function sendAndWait(
  target: Target,
  text: string,
  options: SendOptions & { readonly limitMs: number; onTyped?(): void; onQueued?(): void },
): Promise<TurnOutcome> {
  const { watch, fullName } = target;
  const { force, startLimitMs, timeoutMs, limitMs, signal } = options;
  const limits = takingLimits({ timeoutMs, turnMs: limitMs });
  const deadline = Date.now() + limitMs;
  const ready = await readyForPrompt(watch, fullName, force, startLimitMs, signal);
  using turn = await beginTurnWait(target);
  await submitPrompt(target, text, turn, limits);
  options.onTyped?.();
  if (ready === 'working') options.onQueued?.();
  return await turn.outcome(text, Math.max(0, deadline - Date.now()), signal);
}

/**
 * If it is unknown whether the prompt was typed, Codex's record may show it.
 * @throws UserError 3 when there is no such session
 */
async function submitPrompt(
  { link, watch, fullName }: Target,
  text: string,
  turn: TurnWait,
  limits: () => TypeLimits,
): Promise<void> {
  const session = watch.get(fullName);
  if (!session) throw notRunning(session);
  const submit = await submitter(link.paths, session, codexHomeOfSession(link.paths, session));
  try {
    await pastePrompt(link, fullName, text, limits, submit);
  } catch (error) {
    if (!isMaybeTyped(error) || !(await turn.taken(text, TAKEN_LIMIT_MS))) throw error;
  }
}

/** To be called before anything is typed. @throws UserError 3 when there is no such session */
export async function beginTurnWait({ link, watch, fullName }: Target): Promise<TurnWait> {
  const session = watch.get(fullName);
  if (!session) throw notRunning(session);
  return TurnWait.begin(watch, fullName, codexHomeOfSession(link.paths, session));
}

/** The CODEX_HOME of the session's conversations. */
export function codexHomeOfSession(paths: StatePaths, session: SessionInfo): string {
  return readRecord(paths.records, session)?.codexHome ?? codexHomeOf(process.env);
}

/** Resolves when the session works or has ended; undefined if neither happens in time. */
function nextWork(
  { watch, fullName }: Target,
  signal: AbortSignal | undefined,
): Promise<true | undefined> {
  const over = (session: SessionInfo) =>
    watch.isOf(session, fullName) && (session.state !== 'running' || session.status === 'working');
  return watch.next(({ session }) => over(session) || undefined, TAKEN_LIMIT_MS, signal);
}
