/** The text of a notice, and the environment of its command. */
import { homeDirectory } from '../../platform/user-directories.ts';
import { shortName } from '../../store/names.ts';
import { safeText } from '../../terminal/safe-text.ts';
import type { Session } from '../session/session.ts';

const TEXT_MAX_COLUMNS = 500;

/** The event that a notice is about. */
export interface Happening {
  readonly event: 'blocked' | 'done' | 'failed';
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export function titleOf({ spec }: Session): string {
  return safe(shortName(spec));
}

/** One line, safe to show. */
export function textOf({ spec }: Session, { event, status, reason, message }: Happening): string {
  const name = shortName(spec);
  const words = {
    blocked:
      status === 'blocked'
        ? `${name} waits for ${reason || 'you'}`
        : `${name} asks something before it begins`,
    done: `${name} is done`,
    failed: status === 'error' ? `${name} reports an error` : `${name} ${status} ${reason}`.trim(),
  };
  return safe(message ? `${words[event]}: ${message}` : words[event]);
}

/** The session's own environment, for the user's PATH and desktop, with variables for the event. */
export function environmentOf(
  { spec }: Session,
  { event, status, reason, message }: Happening,
  text: string,
): Record<string, string> {
  // The command does not run inside the session.
  const { CODEX_SESSIONS_SESSION: _, ...env } = spec.env;
  return {
    HOME: homeDirectory(),
    ...env,
    CODEX_SESSIONS_EVENT: event,
    CODEX_SESSIONS_EVENT_SESSION: safeText(spec.fullName),
    CODEX_SESSIONS_EVENT_NAME: safe(shortName(spec)),
    CODEX_SESSIONS_EVENT_STATUS: safe(status),
    CODEX_SESSIONS_EVENT_REASON: safe(reason),
    CODEX_SESSIONS_EVENT_MESSAGE: safe(message),
    CODEX_SESSIONS_EVENT_TEXT: text,
  };
}

function safe(text: string): string {
  return safeText(text, TEXT_MAX_COLUMNS);
}
