/**
 * Decides when a notice is due: when a session needs the user while none is attached. A command that
 * fails, hangs, or prints without end must not affect sessions, and only causes a line in the log.
 */
import { waitsForAnswer } from '../../protocol/asks-at-start.ts';
import type { Exit } from '../../protocol/messages.ts';
import type { Log } from '../../store/log.ts';
import type { Session } from '../session/session.ts';
import { isCurrent, NoticeQueue } from './notice-queue.ts';
import type { Happening } from './notice-text.ts';

/** The minimum time between two notices of one session. */
const INTERVAL_MS = 1_000;
/** An older change is from before a take-over: the predecessor has sent its notice. */
const NEWS_MS = 5_000;

/** The last notice of a session. */
interface Last {
  /** The change that it was about, even if it was not sent because a user was present. */
  key: string;
  /** By `performance.now()`. */
  at: number;
  /** The next notice, which waits for the interval. */
  pending: { happening: Happening; timer: NodeJS.Timeout } | undefined;
}

const EVENTS: Readonly<Record<string, Happening['event']>> = {
  done: 'done',
  error: 'failed',
};

type Status = NonNullable<Session['program']['status']>;

function eventOf({ status, reason }: Status): Happening['event'] | undefined {
  const waits = waitsForAnswer({ state: 'running', status, statusReason: reason ?? null });
  return waits ? 'blocked' : EVENTS[status];
}

export class Notifier {
  readonly #queue: NoticeQueue;
  readonly #last = new WeakMap<Session, Last>();
  readonly #pending = new Set<Session>();

  /** `dir`: for the commands' error output. */
  constructor(log: Log, dir: string) {
    this.#queue = new NoticeQueue(log, dir);
  }

  /** To be called after every change of a session's status. */
  changed(session: Session): void {
    const status = session.program.status;
    const event = status && eventOf(status);
    if (!status || !event || !session.spec.notify) return;
    const key = `${status.status} ${status.since}`;
    const last = this.#lastOf(session);
    if (last.key === key) return;
    last.key = key;
    if (Date.now() - status.since > NEWS_MS) return;
    const { reason = '', message = '' } = status;
    this.#schedule(session, last, { event, status: status.status, reason, message });
  }

  /** To be called before the clients of a session that has ended are removed. */
  ended(session: Session, exit: Exit): void {
    if (!session.spec.notify) return;
    const last = this.#lastOf(session);
    this.#forget(session, last);
    if (session.killed || exit.code === 0) return;
    const status = exit.signal ? 'lost' : 'exited';
    const reason = exit.signal ?? String(exit.code ?? '');
    const message = session.lastLines().at(-1) ?? '';
    last.key = 'ended';
    this.#schedule(session, last, { event: 'failed', status, reason, message });
  }

  /** The process is about to exit: notices that wait for the interval are started with a delay. */
  flush(): void {
    for (const session of this.#pending) {
      const { pending } = this.#lastOf(session);
      if (!pending) continue;
      clearTimeout(pending.timer);
      this.#queue.start(session, pending.happening, INTERVAL_MS);
    }
    this.#pending.clear();
    this.#queue.flush();
  }

  #lastOf(session: Session): Last {
    const known = this.#last.get(session);
    if (known) return known;
    const last: Last = { key: '', at: Number.NEGATIVE_INFINITY, pending: undefined };
    this.#last.set(session, last);
    return last;
  }

  #schedule(session: Session, last: Last, happening: Happening): void {
    if (session.clients.attended) return;
    const wait = last.at + INTERVAL_MS - performance.now();
    if (wait <= 0) {
      this.#send(session, last, happening);
      return;
    }
    this.#forget(session, last);
    const timer = setTimeout(() => {
      this.#forget(session, last);
      if (isCurrent(session, happening)) this.#send(session, last, happening);
    }, wait);
    last.pending = { happening, timer };
    this.#pending.add(session);
  }

  #forget(session: Session, last: Last): void {
    clearTimeout(last.pending?.timer);
    last.pending = undefined;
    this.#pending.delete(session);
  }

  #send(session: Session, last: Last, happening: Happening): void {
    last.at = performance.now();
    this.#queue.push(session, happening);
  }
}
