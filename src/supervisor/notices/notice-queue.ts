/** Runs notice commands, a limited number at once; others wait, and are dropped when outdated. */
import { messageOf } from '../../platform/errors.ts';
import type { Log } from '../../store/log.ts';
import type { Session } from '../session/session.ts';
import { type NoticeProcess, runNotice } from './notice-process.ts';
import { environmentOf, type Happening, textOf, titleOf } from './notice-text.ts';

/** For all sessions together: a command that hangs runs for 30 s. */
const RUNNING_MAX = 8;
const WAITING_MAX = 64;

export class NoticeQueue {
  readonly #log: Log;
  /** Directory for the commands' error output while they run. */
  readonly #dir: string;
  readonly #running = new Set<NoticeProcess>();
  readonly #waiting: { session: Session; happening: Happening }[] = [];

  constructor(log: Log, dir: string) {
    this.#log = log;
    this.#dir = dir;
  }

  push(session: Session, happening: Happening): void {
    if (this.#running.size < RUNNING_MAX) {
      this.start(session, happening, 0);
      return;
    }
    this.#waiting.push({ session, happening });
    if (this.#waiting.length <= WAITING_MAX) return;
    const dropped = this.#waiting.shift();
    if (dropped) this.#log.info(`notice dropped, too many wait: ${dropped.session.fullName}`);
  }

  /** Starts all waiting commands, however many run: the process is about to exit. */
  flush(): void {
    for (const { session, happening } of this.#waiting.splice(0)) this.start(session, happening, 0);
  }

  /** Starts a command at once, however many run. */
  start(session: Session, happening: Happening, delayMs: number): void {
    const { notify = '', fullName, cwd, umask } = session.spec;
    try {
      const text = textOf(session, happening);
      const running = runNotice({
        command: notify,
        title: titleOf(session),
        text,
        env: environmentOf(session, happening, text),
        cwd,
        umask,
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
      if (!isCurrent(next.session, next.happening)) continue;
      this.start(next.session, next.happening, 0);
      return;
    }
  }
}

/** Whether the session's state is still the same and no user is present. */
export function isCurrent(session: Session, { status }: Happening): boolean {
  if (session.exit) return status === 'exited' || status === 'lost';
  return !session.clients.attended && session.program.status?.status === status;
}
