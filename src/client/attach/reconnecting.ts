/**
 * Finds the successor of a supervisor that has died, and attaches to the same session there. It
 * launches none, as that would know nothing of the running program.
 */
import { existsSync } from 'node:fs';
import type { SessionInfo } from '../../protocol/messages.ts';
import { connect } from '../connection/connect.ts';
import type { Connection } from '../connection/connection.ts';
import { isNoSuchSession } from '../connection/errors.ts';
import type { AttachReply, SupervisorConnections } from './supervisor-connections.ts';
import type { AttachContext } from './types.ts';

/** A successor answers within 300 ms, later on a loaded machine. */
const LIMIT_MS = 10_000;
/** After this long the user is told what we wait for. */
const SLOW_MS = 1_000;
/**
 * Time is counted in these steps, so that the time in which we are stopped (SIGTSTP) does not
 * count.
 */
const STEP_MS = 250;
const RETRY_MS = 50;
/** Delay between attempts to reach another machine; doubled each time. A key press ends it. */
const FAR_RETRY_MS = { first: 500, most: 10_000 };
/**
 * A socket that has just been removed is put back within this time, even if the full disk has no
 * room for the link that names the guard.
 */
const UNLOCKED_TRIES = 10;

/**
 * `nobody`: no supervisor is running; `ended`: the session is not running in it; `late`: none
 * answered in time.
 */
export type WhyNot = 'nobody' | 'ended' | 'late';

export interface ReconnectingHandlers {
  /** Makes the connections of our attachment to another supervisor. */
  join(control: Connection): SupervisorConnections;
  onAttached(connections: SupervisorConnections, reply: AttachReply): void;
  onSlow(): void;
  /** An attempt has failed, after that. */
  onTried(): void;
  onFailed(why: WhyNot): void;
}

export interface Resumed {
  /** As last known; it may have another name by now. */
  readonly session: SessionInfo;
  readonly readOnly: boolean;
  /** The control connection to the supervisor that has died. */
  readonly before: Connection;
}

export class Reconnecting {
  readonly #context: AttachContext;
  readonly #resumed: Resumed;
  readonly #handlers: ReconnectingHandlers;
  readonly #clock: NodeJS.Timeout;
  #waitedMs = 0;
  #over = false;
  #fullName: string;
  #wake: (() => void) | undefined;
  /** The connections of the present attempt. */
  #current: SupervisorConnections | undefined;

  /** Begins at once; ends by itself with `onAttached` or `onFailed`. */
  constructor(context: AttachContext, resumed: Resumed, handlers: ReconnectingHandlers) {
    this.#context = context;
    this.#resumed = resumed;
    this.#handlers = handlers;
    this.#fullName = resumed.session.fullName;
    this.#clock = setInterval(() => this.#onStep(), STEP_MS);
    void this.#run();
  }

  /** No handler is called any more. */
  stop(): void {
    this.#over = true;
    clearInterval(this.#clock);
    this.#wake?.();
    this.#current?.close();
  }

  /** Tries again without waiting any longer. */
  tryNow(): void {
    this.#wake?.();
  }

  #onStep(): void {
    this.#waitedMs += STEP_MS;
    if (this.#waitedMs === SLOW_MS) this.#handlers.onSlow();
    if (this.#context.far?.isShared) this.#wake?.();
    // A connection to another machine may be away for hours, as the user can leave at any time.
    if (this.#context.far && this.#context.detachLabel !== undefined) return;
    if (this.#waitedMs >= LIMIT_MS) this.#fail('late');
  }

  #fail(why: WhyNot): void {
    if (this.#over) return;
    this.stop();
    this.#handlers.onFailed(why);
  }

  async #run(): Promise<void> {
    for (let tries = 1; !this.#over; tries++) {
      const { paths } = this.#context;
      const control = await connect(paths).catch(() => 'unreachable' as const);
      if (!control) {
        if (existsSync(paths.socket) || tries > UNLOCKED_TRIES) this.#fail('nobody');
      } else if (control !== 'unreachable') await this.#attach(control);
      if (this.#context.far?.nobody) this.#fail('nobody');
      if (this.#over) return;
      if (this.#waitedMs >= SLOW_MS) this.#handlers.onTried();
      await this.#pause(tries);
    }
  }

  #pause(tries: number): Promise<void> {
    const { first, most } = FAR_RETRY_MS;
    const waitMs = this.#context.far ? Math.min(first * 2 ** (tries - 1), most) : RETRY_MS;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  async #attach(control: Connection): Promise<void> {
    if (this.#over) {
      control.close();
      return;
    }
    const { before, session } = this.#resumed;
    // Until it sends its own.
    control.restore = before.restore;
    control.kept = before.kept;
    const connections = this.#handlers.join(control);
    this.#current = connections;
    try {
      const reply = await this.#request(connections);
      if (!isSame(reply.session, session)) this.#fail('ended');
      if (this.#over) return;
      this.#over = true;
      clearInterval(this.#clock);
      this.#handlers.onAttached(connections, reply);
    } catch (error) {
      if (isNoSuchSession(error)) await this.#look(control);
      // It has died as well, or is about to leave: another one will follow.
      connections.close();
    }
  }

  #request(connections: SupervisorConnections): Promise<AttachReply> {
    const { readOnly, before } = this.#resumed;
    const { far } = this.#context;
    return connections.attach(
      { type: 'attach', fullName: this.#fullName, readOnly },
      // Another machine only says what has arrived: there it is a new attachment.
      far || before.kept === undefined ? {} : { state: before.kept },
      // The clock ends the attempts.
      0,
    );
  }

  /** There is no session of this name: it has ended, or another client has renamed it. */
  async #look(control: Connection): Promise<void> {
    try {
      const { sessions } = await control.request({ type: 'list' }, 'sessions', 0);
      const found = sessions.find((session) => isSame(session, this.#resumed.session));
      if (found && found.fullName !== this.#fullName) this.#fullName = found.fullName;
      else this.#fail('ended');
    } catch {
      // The next attempt will show.
    }
  }
}

/** Whether it is the same process in the same session, whatever its name is now. */
function isSame(one: SessionInfo, other: SessionInfo): boolean {
  return (
    one.hash === other.hash &&
    one.createdAt === other.createdAt &&
    (one.pid === null || other.pid === null || one.pid === other.pid)
  );
}
