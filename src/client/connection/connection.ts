/**
 * A control connection to the supervisor: requests, their replies, and notifications. The first
 * request is sent with the greeting, so that a list costs one round trip.
 */
import type { Socket } from 'node:net';
import { UserError } from '../../platform/errors.ts';
import { VERSION } from '../../platform/version.ts';
import { encode, LineReader } from '../../protocol/framing.ts';
import { CONNECTIONS_MAX } from '../../protocol/limits.ts';
import type {
  Notification,
  PreviewNotice,
  Refusal,
  Reply,
  RequestInput,
  ServerMessage,
  SessionEvent,
  SessionInfo,
} from '../../protocol/messages.ts';
import { PROTOCOL } from '../../protocol/version.ts';
import { GoneError, RefusedError } from './errors.ts';
import { IF_IT_HANGS } from './if-it-hangs.ts';
import { type Reopen, ReplayableSocket } from './replayable-socket.ts';

/** A supervisor answers within a millisecond; a suspended one never does. */
export const ANSWER_TIMEOUT_MS = 10_000;

type WithoutId<T> = T extends { id: number } ? Omit<T, 'id'> : never;
export type RequestBody = WithoutId<RequestInput>;
export type ReplyTo<T extends Reply['type']> = Extract<Reply, { type: T }>;
export type Welcome = Extract<Notification, { type: 'welcome' }>;
export type SessionNotification = Exclude<
  Notification,
  { type: 'welcome' | 'event' | 'preview' | 'way-back' | 'keep' }
>;
/** The restore sequence of the last `way-back` notification. */
export interface KnownRestore {
  readonly restore: Uint8Array;
  readonly alternate: boolean;
}

interface Waiting {
  readonly asked: RequestBody['type'];
  resolve(reply: Reply): void;
  reject(error: Error): void;
  readonly timer: NodeJS.Timeout | undefined;
}

export class Connection {
  /** Undefined until the supervisor's greeting has come, which precedes any answer. */
  welcome: Welcome | undefined;
  /** The last one received. */
  restore: KnownRestore | undefined;
  /** What the last `keep` contained, for a successor if the supervisor dies. */
  kept: string | undefined;
  onNotification: ((notice: SessionNotification) => void) | undefined;
  /** Events of this connection's subscription, in order; may be called before `request` resolves. */
  onEvent: ((event: SessionEvent) => void) | undefined;
  /** What this connection's preview shows; may be called before `request` resolves. */
  onPreview: ((notice: PreviewNotice) => void) | undefined;
  /** The supervisor has sent something. */
  onHeard: (() => void) | undefined;
  /** The connection was closed, other than by {@link close}. */
  onClosed: (() => void) | undefined;
  closed = false;
  readonly #socket: ReplayableSocket;
  readonly #lines = new LineReader();
  readonly #waiting = new Map<number, Waiting>();
  readonly #ifItHangs: () => string;
  #nextId = 1;

  /**
   * Takes over a connected socket and sends the greeting; for `reopen` see ReplayableSocket. `ifItHangs`:
   * what to do if the supervisor does not answer.
   */
  constructor(socket: Socket, reopen?: Reopen, ifItHangs = () => IF_IT_HANGS) {
    this.#ifItHangs = ifItHangs;
    // A first request made in this turn of the event loop goes out in the same packet.
    this.#socket = new ReplayableSocket(socket, reopen, {
      onBytes: (bytes) => this.#onBytes(bytes),
      onClosed: (refused) => this.#onClose(refused),
    });
    this.#socket.write(encode({ type: 'hello', protocol: PROTOCOL, version: VERSION }));
  }

  /**
   * Sends a request and waits for the reply; `timeoutMs` 0 means no limit.
   * @throws UserError when the supervisor refuses, goes away or does not answer in time
   */
  async request<T extends Reply['type']>(
    body: RequestBody,
    expect: T,
    timeoutMs = ANSWER_TIMEOUT_MS,
  ): Promise<ReplyTo<T>> {
    const id = this.#nextId++;
    const reply = await new Promise<Reply>((resolve, reject) => {
      if (this.closed) {
        reject(gone());
        return;
      }
      const timer = timeoutMs > 0 ? setTimeout(() => this.#onLate(id), timeoutMs) : undefined;
      this.#waiting.set(id, { asked: body.type, resolve, reject, timer });
      this.#socket.write(encode({ ...body, id }));
    });
    if (reply.type === 'refused') throw this.#refusal(reply, body.type);
    if (reply.type !== expect || !makesSense(reply)) throw this.#nonsense(body.type);
    return reply as ReplyTo<T>;
  }

  /** Sends a message that has no reply. */
  tell(message: Exclude<RequestInput, { id: number }>): void {
    if (!this.closed) this.#socket.write(encode(message));
  }

  /**
   * Makes the supervisor send something, for {@link onHeard}: it answers any message, even one that
   * it does not know.
   */
  ping(): void {
    if (!this.closed) this.#socket.write(encode({ type: 'ping', id: this.#nextId++ }));
  }

  close(): void {
    this.closed = true;
    // A command that exits at once leaves this to the kernel, which saves a millisecond.
    setImmediate(() => this.#socket.destroy());
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #onBytes(bytes: Uint8Array): void {
    this.onHeard?.();
    for (const line of this.#lines.push(bytes)) {
      if (line.type === 'line' && isMessage(line.value)) this.#onMessage(line.value);
      else this.#onNonsense();
      if (this.closed) return;
    }
  }

  #onMessage(message: ServerMessage): void {
    if (message.type === 'welcome') {
      this.welcome = message;
      return;
    }
    if (!('id' in message)) {
      if (message.type === 'event') this.onEvent?.(message);
      else if (message.type === 'preview') this.onPreview?.(message);
      else if (message.type === 'way-back')
        this.restore = { ...message, restore: Buffer.from(message.restore, 'base64') };
      else if (message.type === 'keep') this.kept = message.state;
      // A later version may send types that we do not know.
      else if (NOTIFICATIONS.has(message.type))
        this.onNotification?.(message as SessionNotification);
      return;
    }
    if (message.type === 'refused' && message.id === 0) {
      // The connection as a whole was refused.
      this.#fail((asked) => this.#refusal(message, asked));
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    clearTimeout(waiting?.timer);
    waiting?.resolve(message);
  }

  #onLate(id: number): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.reject(
      this.#otherVersion(waiting.asked) ??
        new UserError(
          `the supervisor${this.welcome ? ` (pid ${this.welcome.pid})` : ''} does not answer`,
          this.#ifItHangs(),
        ),
    );
  }

  #onNonsense(): void {
    this.#fail((asked) => this.#nonsense(asked));
    this.#socket.destroy();
  }

  #onClose(refused: boolean): void {
    const why = refused ? closedAtOnce : gone;
    this.#fail((asked) => (FROZEN.has(asked) ? undefined : this.#otherVersion(asked)) ?? why());
    if (!this.closed) {
      this.closed = true;
      this.onClosed?.();
    }
  }

  #fail(why: (asked: RequestBody['type']) => Error): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { asked, reject, timer } of waiting) {
      clearTimeout(timer);
      reject(why(asked));
    }
  }

  #nonsense(asked: string): Error {
    return (
      this.#otherVersion(asked) ??
      new UserError(`what the supervisor answered to "${asked}" cannot be understood`, REPORT)
    );
  }

  #refusal(refusal: Refusal, asked: string): Error {
    const sentence = UNDERSTOOD.has(refusal.code) ? undefined : this.#otherVersion(asked);
    return sentence ?? new RefusedError(refusal.code, refusal.message, refusal.hint, refusal.taken);
  }

  /** Undefined if the running supervisor has our protocol and knows this request. */
  #otherVersion(asked: string): Error | undefined {
    const running = this.welcome;
    if (!running || (running.protocol === PROTOCOL && running.features.includes(asked)))
      return undefined;
    return new UserError(
      `the supervisor that runs is version ${running.version} (protocol ${running.protocol}) and cannot "${asked}" as we do; this is ${VERSION} (protocol ${PROTOCOL})`,
      running.protocol === PROTOCOL && running.features.includes('hand-over')
        ? 'Bring it to this version, its sessions go on: codex-sessions supervisor upgrade'
        : 'ls, attach, detach and kill work with it. When its sessions are done, the next start brings this version.',
    );
  }
}

const NOTIFICATIONS: ReadonlySet<string> = new Set([
  'ended',
  'detached',
  'borrow',
  'alternate',
  'returned',
] satisfies SessionNotification['type'][]);

/** Known to every supervisor since the first, so an older version is not why one of these fails. */
const FROZEN: ReadonlySet<string> = new Set(['list', 'attach', 'detach', 'kill']);
/** Refusals that mean the same in every version. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  'no-such-session',
  'already-live',
  'limit',
  'spawn-failed',
  'no-data-socket',
  'leaving',
  'maybe-typed',
  'internal',
] satisfies Refusal['code'][]);

const REPORT = 'Please report this with the output of codex-sessions --version.';

function gone(): GoneError {
  return new GoneError(
    'the supervisor has gone away',
    'See what ended it in supervisor.log in the state directory; "codex-sessions ls" shows what is left.',
  );
}

/** Not a {@link GoneError}: the supervisor is running, so none of its sessions is lost. */
function closedAtOnce(): RefusedError {
  return new RefusedError(
    'limit',
    'the supervisor runs, but closes each connection at once',
    `It may have too many (${CONNECTIONS_MAX.toLocaleString('en')} at most): end programs that hold some. See also supervisor.log in the state directory.`,
  );
}

function isMessage(value: unknown): value is ServerMessage {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** Checks only what every command relies on: more would reject versions that are compatible. */
function makesSense(reply: Exclude<Reply, Refusal>): boolean {
  switch (reply.type) {
    case 'sessions':
      return Array.isArray(reply.sessions) && reply.sessions.every(isSession);
    case 'started':
    case 'attached':
      return isSession(reply.session);
    case 'killed':
      return Array.isArray(reply.fullNames);
    default:
      return true;
  }
}

function isSession(value: unknown): boolean {
  const keys = ['fullName', 'name', 'project', 'hash', 'state', 'lastActivityAt'] as const;
  const session = (typeof value === 'object' ? value : undefined) as SessionInfo | undefined | null;
  return keys.every((key) => typeof session?.[key] === 'string');
}
