/** Texts about a session that the list and the switcher share. */
import { basename } from 'node:path';
import { waitsForAnswer } from '../protocol/asks-at-start.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { safeText } from '../terminal/safe-text.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `3s`, `5m`, `2h`, `4d`; `0s` if the clock was set back. */
export function duration(ms: number): string {
  const past = Math.max(0, ms);
  if (past < MINUTE_MS) return `${Math.floor(past / 1_000)}s`;
  if (past < HOUR_MS) return `${Math.floor(past / MINUTE_MS)}m`;
  if (past < 2 * DAY_MS) return `${Math.floor(past / HOUR_MS)}h`;
  return `${Math.floor(past / DAY_MS)}d`;
}

/** The time since an ISO time; `-` if that is invalid. */
export function since(iso: string | null, now: number): string {
  const at = iso === null ? Number.NaN : Date.parse(iso);
  return Number.isNaN(at) ? '-' : duration(now - at);
}

/**
 * Milliseconds until the text of these sessions' states may change just because time passes:
 * seconds are exact, older ages may be shown a minute late. Undefined: never.
 */
export function changesAfter(sessions: readonly SessionInfo[], now: number): number | undefined {
  const ages = sessions
    .map((session) => now - Date.parse(beganOf(session) ?? ''))
    .filter((age) => !Number.isNaN(age));
  if (ages.length === 0) return undefined;
  return ages.some((age) => age < MINUTE_MS) ? SECOND_MS : MINUTE_MS;
}

/** Since when a session is in its state, as {@link stateOf} shows it. */
function beganOf(session: SessionInfo): string | null {
  if (session.state !== 'running') return session.endedAt;
  return (session.status === 'working' && session.turnSince) || session.statusSince;
}

export type Tone = 'busy' | 'needs' | 'good' | 'bad' | 'calm';

/** What a session that needs its user asks or reports; empty if it has reported nothing. */
export function needTextOf(session: SessionInfo): string {
  const { state, status, statusMessage, question } = session;
  if (waitsForAnswer(session)) return safeText(statusMessage || question || '');
  return state === 'running' && status === 'error' ? safeText(statusMessage ?? '') : '';
}

/**
 * The state, with its reason and duration: of a turn since it began, of a question since it was
 * asked. A status that was not reported is never guessed. `told`: {@link needTextOf} is shown
 * beside it instead of the reason.
 */
export function stateOf(
  session: SessionInfo,
  now: number,
  told = false,
): { text: string; tone: Tone } {
  if (session.state === 'lost') return { text: endedAgo('lost', session, now), tone: 'bad' };
  if (session.state === 'exited')
    return { text: endOf(session, now), tone: failed(session) ? 'bad' : 'calm' };
  const { status } = session;
  if (status === null) return { text: 'running', tone: 'busy' };
  const reason = told && needTextOf(session) !== '' ? '' : session.statusReason;
  const began = beganOf(session);
  const old = session.outdated ? `(old Codex ${session.codexVersion})` : '';
  const text = [status, reason, began && since(began, now), old].filter(Boolean).join(' ');
  const tone = waitsForAnswer(session) ? 'needs' : STATUS_TONES[status];
  return { text, tone: tone ?? 'busy' };
}

const STATUS_TONES: Readonly<Record<string, Tone>> = {
  error: 'bad',
  done: 'good',
  idle: 'calm',
};

function failed({ exit, endedBy }: SessionInfo): boolean {
  return exit !== null && exit.code !== 0 && endedBy !== 'killed';
}

function endedAgo(how: string, { endedAt, resumable }: SessionInfo, now: number): string {
  return `${how} ${since(endedAt, now)} ago${resumable ? ', resumable' : ''}`;
}

function endOf(session: SessionInfo, now: number): string {
  const { exit } = session;
  if (session.endedBy === 'killed') return endedAgo('killed', session, now);
  const how = exit?.signal ?? exit?.code;
  return how === null || how === undefined ? 'exited' : `exited ${how}`;
}

/** Per cent of the context that is left; empty if unknown. */
export function contextOf({ contextLeft }: SessionInfo): string {
  return typeof contextLeft === 'number' ? `${contextLeft}%` : '';
}

/** A path with `~` for the home directory. */
export function tilde(path: string, home: string | undefined): string {
  if (!home || home === '/') return path;
  if (path === home) return '~';
  return path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}

const RUN_STATE = /^(?:\[ [!.] \] )?(?:Starting|Ready|Working|Action Required)$/;
const CONVERSATION = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]*(?:\.\.\.|…)?$/;
const SPINNER = /^[\u2800-\u28ff] ?| ?[\u2800-\u28ff]$/g;

/** The title without what repeats project, directory, state or conversation. */
export function titleOf(session: SessionInfo): string {
  if (session.title === null) return '';
  const repeated = new Set([session.project, basename(session.root), basename(session.cwd)]);
  return session.title
    .replace(SPINNER, '')
    .split(' | ')
    .map((part) => part.replace(SPINNER, '').trim())
    .filter(
      (part) => part && !RUN_STATE.test(part) && !CONVERSATION.test(part) && !repeated.has(part),
    )
    .join(' | ');
}
