/**
 * Decides when a notice is due: a session needs the user while none is attached. A notice is worth
 * less than any session, so its command may fail, hang, or print without end, and all that comes of
 * it is a line in the log.
 */
import type { Exit } from '../../protocol/messages.ts';
import type { Log } from '../../store/log.ts';
import type { Session } from '../session/session.ts';
import { isCurrent, NoticeQueue } from './notice-queue.ts';
import type { Happening } from './notice-text.ts';

/** Between two notices of one session. */
const INTERVAL_MS = 1_000;
/** An older change was there when the session was taken over, and its notice was given then. */
const NEWS_MS = 5_000;

interface Told {
  /** What the last notice was about, or would have been without a user there. */
  key: string;
  /** Of the last notice; `performance.now()`. */
  at: number;
  pending: { happening: Happening; timer: NodeJS.Timeout } | undefined;
}

const EVENTS: Readonly<Record<string, Happening['event']>> = {
  blocked: 'blocked',
  done: 'done',
  error: 'failed',
};

export class Notifier {
  readonly #queue: NoticeQueue;
  readonly #told = new WeakMap<Session, Told>();
  readonly #pending = new Set<Session>();

  /** `dir` is for the commands' error output. */
  constructor(log: Log, dir: string) {
    this.#queue = new NoticeQueue(log, dir);
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

  /** The process is about to exit: notices that wait for the interval wait in their commands. */
  flush(): void {
    for (const session of this.#pending) {
      const { pending } = this.#toldOf(session);
      if (!pending) continue;
      clearTimeout(pending.timer);
      this.#queue.start(session, pending.happening, INTERVAL_MS);
    }
    this.#pending.clear();
    this.#queue.flush();
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
      if (isCurrent(session, happening)) this.#tell(session, told, happening);
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
    this.#queue.push(session, happening);
  }
}
