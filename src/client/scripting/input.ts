/**
 * Types prompts and keys into a session without attaching, as Codex needs them, and only when they
 * cannot answer a question that the sender has not read.
 */

import { EXIT, UserError } from '../../platform/errors.ts';
import { uniqueHex } from '../../platform/unique.ts';
import { asksAtStart, waitsForAnswer } from '../../protocol/asks-at-start.ts';
import type { InputModes, SessionInfo, TypeLimits } from '../../protocol/messages.ts';
import { type KeyboardMode, keyBytes, pasteBytes } from '../../terminal/key-encoding.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { shellWords } from '../../terminal/shell-words.ts';
import { ANSWER_TIMEOUT_MS } from '../connection/connection.ts';
import { GoneError, isMaybeTyped, RefusedError } from '../connection/errors.ts';
import type { SupervisorLink } from '../connection/supervisor-link.ts';
import { displayName, typedName } from '../sessions/display-name.ts';
import type { SessionWatch } from '../sessions/session-watch.ts';
import { notTaken, takingLimits } from './taking.ts';

/** After a supervisor's death Codex reports again, unless it has nothing to report. */
const UNKNOWN_LIMIT_MS = 5_000;
/** Codex shows a question within a second of reporting that there is one. */
const ASKING_LIMIT_MS = 5_000;
/**
 * Codex 0.169 reports a question in its title before it draws it, and drops keys typed in between:
 * 20 ms after the title was sometimes too early, 40 ms never.
 */
const DRAWN_AFTER_MS = 250;
/** An answer takes effect within some ms; a key that answers nothing waits this long. */
const ANSWERED_LIMIT_MS = 5_000;
/** Codex takes characters less than some 10 ms apart for a paste, including Enter. */
const BETWEEN_KEYS_MS = 30;
/** Keys that move within a question without answering it. */
const MOVES = /^(?:(?:shift\+)?tab|up|down|left|right|home|end|pageup|pgup|pagedown|pgdn)$/i;

/** The state in which a session can be typed into; `forced`: any other state. */
export type Readiness = 'idle' | 'working' | 'forced';

/**
 * Waits until typed text reaches Codex's composer and nothing else.
 * @throws UserError 3 when the session ends, 6 while it is blocked, unknown, or asks something
 *   before it begins, 7 after `limitMs`.
 */
export async function readyForPrompt(
  watch: SessionWatch,
  fullName: string,
  force: boolean | undefined,
  limitMs: number,
  signal?: AbortSignal,
): Promise<Readiness> {
  const limit = Date.now() + limitMs;
  let session = watch.get(fullName);
  let ready = readiness(session, force);
  while (!ready && Date.now() < limit) {
    const patienceMs = session?.status === 'unknown' ? UNKNOWN_LIMIT_MS : limitMs;
    ready = await watch.next(
      (event) =>
        watch.isOf(event.session, fullName) ? readiness(event.session, force) : undefined,
      Math.max(1, Math.min(patienceMs, limit - Date.now())),
      signal,
    );
    session = watch.get(fullName);
    ready ??= readiness(session, force);
  }
  if (ready) return ready;
  throw new UserError(
    `${nameOf(session)} is still starting after ${limitMs / 1_000} s`,
    'It may ask something: see with "codex-sessions peek", or wait longer with --timeout.',
    EXIT.timeLimit,
  );
}

/** Undefined while the session starts, and while its status may soon be known. */
function readiness(
  session: SessionInfo | undefined,
  force: boolean | undefined,
): Readiness | undefined {
  if (session?.state !== 'running') throw notRunning(session);
  if (asksAtStart(session) && !force) throw asks(session);
  switch (session.status) {
    case 'idle':
    case 'done':
    case 'error':
      return 'idle';
    case 'working':
      return 'working';
    case 'starting':
      return force ? 'forced' : undefined;
    default:
      if (force) return 'forced';
      if (session.status === 'unknown' && sinceMs(session) < UNKNOWN_LIMIT_MS) return undefined;
      throw notReady(session, force !== undefined);
  }
}

function sinceMs({ statusSince }: SessionInfo): number {
  return Date.now() - Date.parse(statusSince ?? '');
}

/**
 * `submit`: returns the bytes of the key that submits the text; without it the text is only typed.
 * @throws UserError (usage) for text that cannot be pasted; what `submit` throws, before anything
 *   is typed; RefusedError `maybe-typed` if the supervisor died and it is unknown whether the text
 *   was typed; UserError 7 if the program has not read it within `limits`
 */
export async function pastePrompt(
  link: SupervisorLink,
  fullName: string,
  text: string,
  limits: () => TypeLimits,
  submit?: (mode: KeyboardMode) => Promise<Uint8Array>,
): Promise<void> {
  const { bracketedPaste, ...mode } = await modes(link, fullName);
  const bytes = pasteBytes(text, bracketedPaste, await submit?.(mode));
  await type(link, fullName, bytes, 'the prompt', limits());
}

/**
 * Types keys, given by name, at the pace of a keyboard. In a blocked session, waits until its question
 * takes keys, and after a key that may answer it, until it is answered or a time limit is over.
 * @returns the session as it is then
 * @throws UserError as {@link pastePrompt}
 */
export async function typeKeys(
  link: SupervisorLink,
  watch: SessionWatch,
  fullName: string,
  names: readonly string[],
  limits: () => TypeLimits = takingLimits({}),
): Promise<SessionInfo | undefined> {
  const asked = watch.get(fullName);
  if (asked?.state !== 'running') throw notRunning(asked);
  const { kittyFlags, applicationCursor } = await modes(link, fullName);
  const mode: KeyboardMode = { kittyFlags, applicationCursor };
  const keys = names.map((name) => ({ name, bytes: keyBytes(name, mode) }));
  if (asked.status === 'blocked') {
    await asking(watch, fullName);
    await pause(DRAWN_AFTER_MS);
  }
  for (const [index, { name, bytes }] of keys.entries()) {
    if (index > 0) await pause(BETWEEN_KEYS_MS);
    const before = watch.get(fullName);
    const answered =
      before && waitsForAnswer(before) && !MOVES.test(name)
        ? nextQuestion(watch, fullName, before)
        : undefined;
    await type(link, fullName, bytes, `the key ${name}`, limits());
    await answered;
  }
  return watch.get(fullName);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function asking(watch: SessionWatch, fullName: string): Promise<void> {
  const takesKeys = (session: SessionInfo | undefined) =>
    session?.status !== 'blocked' || session.asking !== false;
  if (takesKeys(watch.get(fullName))) return;
  await watch.next(
    ({ session }) => (watch.isOf(session, fullName) && takesKeys(session)) || undefined,
    ASKING_LIMIT_MS,
  );
}

/** Resolves when the question in `before` is gone or replaced by another, or at the time limit. */
function nextQuestion(watch: SessionWatch, fullName: string, before: SessionInfo) {
  return watch.next(
    ({ session }) =>
      (watch.isOf(session, fullName) &&
        (!waitsForAnswer(session) || session.statusSince !== before.statusSince)) ||
      undefined,
    ANSWERED_LIMIT_MS,
  );
}

async function modes(link: SupervisorLink, fullName: string): Promise<InputModes> {
  const described = await link.ask({ type: 'describe', fullName }, 'described');
  if (!described) throw goneWith(fullName);
  return described.input;
}

/** With its key it is typed only once, even if a successor of the supervisor is asked again. */
async function type(
  link: SupervisorLink,
  fullName: string,
  bytes: Buffer,
  what: string,
  limits: TypeLimits,
): Promise<void> {
  const request = { type: 'type', fullName, bytes: bytes.toString('base64'), limits } as const;
  const answerMs = limits.allMs + ANSWER_TIMEOUT_MS;
  try {
    const typed = await link.ask({ ...request, key: uniqueHex() }, 'done', answerMs);
    if (!typed) throw goneWith(fullName);
  } catch (error) {
    if (error instanceof RefusedError && error.taken)
      throw notTaken(fullName, error.taken, `${bytes.length} bytes of ${what}`);
    throw isMaybeTyped(error) ? maybeTyped(fullName) : error;
  }
}

function maybeTyped(fullName: string): RefusedError {
  return new RefusedError(
    'maybe-typed',
    `the supervisor died while it typed into ${safeText(fullName)}: it may have arrived, or not`,
    `Look before you send it again: codex-sessions peek ${shellWords([safeText(fullName)])}`,
  );
}

function goneWith(fullName: string): GoneError {
  return new GoneError(
    `the supervisor has gone away, and ${safeText(fullName)} with it`,
    'Bring it back with its conversation: codex-sessions restore',
  );
}

export function notRunning(session: SessionInfo | undefined): UserError {
  return new UserError(
    `${nameOf(session)} is not running`,
    `${session ? `Bring it back: codex-sessions start ${typedName(session)}. ` : ''}See what runs: codex-sessions ls`,
    EXIT.noSuchSession,
  );
}

function notReady(session: SessionInfo, hasForce: boolean): UserError {
  const { status, statusReason, statusMessage, question } = session;
  const text = statusMessage || question;
  const blocked = status === 'blocked';
  const typed = typedName(session);
  const why = [blocked ? `waits for an answer (${statusReason ?? 'it asks something'})` : '']
    .concat(blocked && text ? safeText(text, 200) : '')
    .filter(Boolean)
    .join(': ');
  return new UserError(
    blocked ? `${nameOf(session)} ${why}` : `the status of ${nameOf(session)} is not known`,
    (blocked
      ? `See it, and answer it: codex-sessions answer ${typed}, or codex-sessions attach ${typed}`
      : `It may ask something: see with "codex-sessions peek ${typed}"`) +
      (hasForce ? '. --force types all the same.' : ''),
    EXIT.notReady,
  );
}

function asks(session: SessionInfo): UserError {
  const name = typedName(session);
  return new UserError(
    `${nameOf(session)} asks something before it begins, such as whether to trust the directory, or to log in`,
    `See it, and answer it: codex-sessions answer ${name}, or codex-sessions attach ${name}`,
    EXIT.notReady,
  );
}

function nameOf(session: SessionInfo | undefined): string {
  return session ? displayName(session) : 'the session';
}
