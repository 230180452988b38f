/**
 * Tells that a session needs somebody while nobody is attached: runs the user's own command, or the
 * desktop's. A notice is worth less than any session, so it can fail, hang and talk without end,
 * and all that comes of it is a line in the log.
 */
import { messageOf } from '../../platform/errors.ts';
import { homeDirectory } from '../../platform/user-directories.ts';
import type { Exit } from '../../protocol/messages.ts';
import type { Log } from '../../store/log.ts';
import { shortName } from '../../store/names.ts';
import { safeText } from '../../terminal/safe-text.ts';
import type { Session } from '../session/session.ts';
import { type NoticeProcess, runNotice } from './notice-process.ts';

/** Between two notices of one session. */
const INTERVAL_MS = 1_000;
/** Commands at once, over all sessions: a command that hangs is there for 30 s. */
const RUNNING_MAX = 8;
/** Notices that wait for a place; what is older than so many is no news. */
const WAITING_MAX = 64;
const TEXT_MAX_COLUMNS = 500;
/** A change is told as it happens; one that is older was there when the session was taken over. */
const NEWS_MS = 5_000;

/** What has become of a session, for the environment of the command. */
export interface Happening {
  readonly event: 'blocked' | 'done' | 'failed';
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

interface Told {
  /** What was told last, or would have been had nobody been there. */
  key: string;
  at: number;
  pending: { happening: Happening; timer: NodeJS.Timeout } | undefined;
}

const EVENTS: Readonly<Record<string, Happening['event']>> = {
  blocked: 'blocked',
  done: 'done',
  error: 'failed',
};

export class Notifier {
  readonly #log: Log;
  /** Where the commands' complaints are kept while they run. */
  readonly #dir: string;
  readonly #told = new WeakMap<Session, Told>();
  readonly #pending = new Set<Session>();
  readonly #running = new Set<NoticeProcess>();
  readonly #waiting: { session: Session; happening: Happening }[] = [];

  constructor(log: Log, dir: string) {
    this.#log = log;
    this.#dir = dir;
  }

  /** To be called after every change of a session's status. */
  changed(session: Session): void {
    const status = session.program.status;
    const event = status && EVENTS[status.status];
    if (!status || !event || !session.spec.notify) return;
    const key = `${status.status} ${status.since}`;
    const told = this.#toldOf(session);
    if (told.key === key) return;
    told.key = key;
    // The supervisor before this one has told it already.
    if (Date.now() - status.since > NEWS_MS) return;
    const { reason = '', message = '' } = status;
    this.#schedule(session, told, { event, status: status.status, reason, message });
  }

  /** To be called before the clients of a session that has ended are removed. */
  ended(session: Session, exit: Exit): void {
    if (!session.spec.notify) return;
    const told = this.#toldOf(session);
    this.#forget(session, told);
    if (session.killed || exit.code === 0) return;
    const status = exit.signal ? 'lost' : 'exited';
    const reason = exit.signal ?? String(exit.code ?? '');
    const message = session.lastLines().at(-1) ?? '';
    told.key = 'ended';
    this.#schedule(session, told, { event: 'failed', status, reason, message });
  }

  /** The process is about to exit: what waits for its second goes out with the wait in it. */
  flush(): void {
    for (const session of this.#pending) {
      const { pending } = this.#toldOf(session);
      if (!pending) continue;
      clearTimeout(pending.timer);
      this.#start(session, pending.happening, INTERVAL_MS);
    }
    this.#pending.clear();
    for (const { session, happening } of this.#waiting.splice(0))
      this.#start(session, happening, 0);
  }

  #toldOf(session: Session): Told {
    const known = this.#told.get(session);
    if (known) return known;
    const told: Told = { key: '', at: Number.NEGATIVE_INFINITY, pending: undefined };
    this.#told.set(session, told);
    return told;
  }

  #schedule(session: Session, told: Told, happening: Happening): void {
    if (session.clients.attended) return;
    const wait = told.at + INTERVAL_MS - performance.now();
    if (wait <= 0) {
      this.#tell(session, told, happening);
      return;
    }
    this.#forget(session, told);
    const timer = setTimeout(() => {
      this.#forget(session, told);
      if (stillSo(session, happening)) this.#tell(session, told, happening);
    }, wait);
    told.pending = { happening, timer };
    this.#pending.add(session);
  }

  #forget(session: Session, told: Told): void {
    clearTimeout(told.pending?.timer);
    told.pending = undefined;
    this.#pending.delete(session);
  }

  #tell(session: Session, told: Told, happening: Happening): void {
    told.at = performance.now();
    if (this.#running.size < RUNNING_MAX) {
      this.#start(session, happening, 0);
      return;
    }
    this.#waiting.push({ session, happening });
    if (this.#waiting.length <= WAITING_MAX) return;
    const dropped = this.#waiting.shift();
    if (dropped) this.#log.info(`notice dropped, too many wait: ${dropped.session.fullName}`);
  }

  #start(session: Session, happening: Happening, delayMs: number): void {
    const { notify = '', fullName } = session.spec;
    try {
      const text = sentence(session, happening);
      const running = runNotice({
        command: notify,
        title: safeText(shortName(session.spec), TEXT_MAX_COLUMNS),
        text,
        env: environment(session, happening, text),
        cwd: session.spec.cwd,
        umask: session.spec.umask,
        delayMs,
        dir: this.#dir,
      });
      this.#running.add(running);
      running.ended.then((failure) => {
        this.#running.delete(running);
        if (failure) this.#log.error(`the notice of ${fullName} failed: ${failure}`);
        this.#startNext();
      });
    } catch (error) {
      this.#log.error(`the notice of ${fullName} failed: ${messageOf(error)}`);
    }
  }

  #startNext(): void {
    for (;;) {
      const next = this.#waiting.shift();
      if (!next) return;
      if (!stillSo(next.session, next.happening)) continue;
      this.#start(next.session, next.happening, 0);
      return;
    }
  }
}

/** Somebody may have come, or the session gone on, while its second passed. */
function stillSo(session: Session, { status }: Happening): boolean {
  if (session.exit) return status === 'exited' || status === 'lost';
  return !session.clients.attended && session.program.status?.status === status;
}

/** One line for people; safe to be shown. */
function sentence({ spec }: Session, { event, status, reason, message }: Happening): string {
  const name = shortName(spec);
  const words = {
    blocked: `${name} waits for ${reason || 'you'}`,
    done: `${name} is done`,
    failed: status === 'error' ? `${name} reports an error` : `${name} ${status} ${reason}`.trim(),
  };
  return safeText(message ? `${words[event]}: ${message}` : words[event], TEXT_MAX_COLUMNS);
}

/** The session's own environment, so that PATH and the desktop are the user's, and what happened. */
function environment(
  { spec }: Session,
  { event, status, reason, message }: Happening,
  text: string,
): Record<string, string> {
  // A terminal that the command opens is not inside the session.
  const { CODEX_SESSIONS_SESSION: _, ...env } = spec.env;
  const safe = (value: string) => safeText(value, TEXT_MAX_COLUMNS);
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
