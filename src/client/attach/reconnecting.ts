/**
 * Finds the successor of a supervisor that has died, and attaches to the same session there. None is
 * launched: it would know nothing of the program that runs.
 */
import { existsSync } from 'node:fs';
import type { SessionInfo } from '../../protocol/messages.ts';
import { connect } from '../connection/connect.ts';
import type { Connection } from '../connection/connection.ts';
import { isNoSuchSession } from '../connection/errors.ts';
import type { AttachReply, SupervisorConnections } from './supervisor-connections.ts';
import type { AttachContext } from './types.ts';

/** A successor answers within 300 ms, on a loaded machine later. */
const LIMIT_MS = 10_000;
/** From here on the user is told what is waited for. */
const SLOW_MS = 1_000;
/** Time counts in these steps, so that none passes while we are stopped (SIGTSTP). */
const STEP_MS = 250;
const RETRY_MS = 50;
/** To another machine; doubled each time, and at once where a key is pressed. */
const FAR_RETRY_MS = { first: 500, most: 10_000 };
/** A socket that was just removed is put back within this, also where no link could name the guard: a full disk. */
const UNLOCKED_TRIES = 10;

/** `nobody`: no supervisor runs; `ended`: the session is not running in it; `late`: none answered in time. */
export type WhyNot = 'nobody' | 'ended' | 'late';

export interface ReconnectingHandlers {
  /** Makes the connections of our attachment to another supervisor. */
  join(control: Connection): SupervisorConnections;
  onAttached(connections: SupervisorConnections, reply: AttachReply): void;
  onSlow(): void;
  onFailed(why: WhyNot): void;
}

export interface Resumed {
  /** As it was last known; it may have another name by now. */
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
  /** Of the attempt under way. */
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

  /** Without waiting any longer. */
  tryNow(): void {
    this.#wake?.();
  }

  #onStep(): void {
    this.#waitedMs += STEP_MS;
    if (this.#waitedMs === SLOW_MS) this.#handlers.onSlow();
    // A line may be away for hours, as long as the user can leave.
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
      if (!this.#over) await this.#pause(tries);
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
      // It has died as well, or is about to leave: there will be another one.
      connections.close();
    }
  }

  #request(connections: SupervisorConnections): Promise<AttachReply> {
    const { readOnly, before } = this.#resumed;
    const { far } = this.#context;
    return connections.attach(
      { type: 'attach', fullName: this.#fullName, readOnly },
      // The supervisor of another machine has not died: it is a new attachment there.
      far ? undefined : before.kept === undefined ? {} : { state: before.kept },
      // The clock ends it.
      0,
    );
  }

  /** The session is not there by this name: it has ended, or another client has renamed it. */
  async #look(control: Connection): Promise<void> {
    try {
      const { sessions } = await control.request({ type: 'list' }, 'sessions', 0);
      const found = sessions.find((session) => isSame(session, this.#resumed.session));
      if (found && found.fullName !== this.#fullName) this.#fullName = found.fullName;
      else this.#fail('ended');
    } catch {
      // The next attempt will tell.
    }
  }
}

/** Whether it is the same process at the same session, whatever that is called now. */
function isSame(one: SessionInfo, other: SessionInfo): boolean {
  return (
    one.hash === other.hash &&
    one.createdAt === other.createdAt &&
    (one.pid === null || other.pid === null || one.pid === other.pid)
  );
}
