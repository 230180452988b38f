/**
 * Goes on after a supervisor's death until the attachment continues with its successor: finds that,
 * says so if it takes long, sends again what the dead one had not read, and tells the user of keys
 * that may be lost.
 */
import type { Exit, SessionInfo, TypedBytes } from '../../protocol/messages.ts';
import { readRecord } from '../../store/record.ts';
import type { Connection } from '../connection/connection.ts';
import { type KeyInput, NOTHING_MISSING } from './key-input.ts';
import { LostKeys, lostText } from './lost-keys.ts';
import { Reconnecting, type WhyNot } from './reconnecting.ts';
import { END_SEQUENCE } from './restore-terminal.ts';
import type { StatusLine } from './status-line.ts';
import type { AttachReply, SupervisorConnections } from './supervisor-connections.ts';
import type { AttachContext, AttachEnd, FarSide } from './types.ts';

export interface ResumptionHandlers {
  /** Makes the connections of the attachment to another supervisor. */
  join(control: Connection): SupervisorConnections;
  /**
   * The new connections have taken the place of the old ones, which are closed; nothing from them
   * is shown yet.
   */
  onAttached(successor: SupervisorConnections, session: SessionInfo): void;
  /** Their output may be shown now, and keys may be sent. */
  onReady(): void;
  onFailed(end: AttachEnd): void;
}

export class Resumption {
  readonly #context: AttachContext;
  readonly #input: KeyInput;
  readonly #line: StatusLine;
  readonly #handlers: ResumptionHandlers;
  #reconnecting: Reconnecting | undefined;
  /** What the user was told last of that. */
  #waiting: string | undefined;
  #lostKeys: LostKeys | undefined;
  /** Another machine is asked how the session ended. */
  #asked: Promise<Exit | undefined> | undefined;

  constructor(
    context: AttachContext,
    input: KeyInput,
    line: StatusLine,
    handlers: ResumptionHandlers,
  ) {
    this.#context = context;
    this.#input = input;
    this.#line = line;
    this.#handlers = handlers;
  }

  /** There is no supervisor. */
  get searching(): boolean {
    return this.#reconnecting !== undefined || this.#asked !== undefined;
  }

  /** The session is not drawn yet. */
  get pending(): boolean {
    return this.searching || this.#lostKeys !== undefined;
  }

  /**
   * The supervisor has died; perhaps while the user was still being told of keys lost by the one
   * before.
   */
  begin(session: SessionInfo, readOnly: boolean, dead: SupervisorConnections): void {
    this.cancel();
    this.#input.disconnect();
    const resumed = { session, readOnly, before: dead.control };
    this.#reconnecting = new Reconnecting(this.#context, resumed, {
      join: (control) => this.#handlers.join(control),
      onAttached: (successor, reply) => this.#onAttached(dead, successor, reply),
      onSlow: () => {
        // Nothing that it still sent may cover the line.
        dead.close();
        this.#sayWaiting();
      },
      // Only then it is known why.
      onTried: () => {
        if (this.#waiting !== waitingText(this.#context)) this.#sayWaiting();
      },
      onFailed: (why) => this.#onFailed(why, session),
    });
  }

  /** While there is no connection to another machine, a key is dropped, and makes us try again. */
  onTyped(): void {
    if (!this.#reconnecting || !this.#context.far) return;
    this.#context.terminal.write(BELL);
    this.#sayWaiting(' What you type is dropped.');
    this.#reconnecting.tryNow();
  }

  #sayWaiting(more = ''): void {
    this.#waiting = waitingText(this.#context);
    this.#line.show(this.#waiting + more);
  }

  /** The line on the screen counts as read. */
  read(): void {
    this.#lostKeys?.read();
  }

  /** No handler is called any more. */
  cancel(): void {
    this.#reconnecting?.stop();
    this.#reconnecting = undefined;
    this.#asked = undefined;
    this.#lostKeys?.cancel();
    this.#lostKeys = undefined;
  }

  #onAttached(
    dead: SupervisorConnections,
    successor: SupervisorConnections,
    reply: AttachReply,
  ): void {
    this.#reconnecting = undefined;
    dead.close();
    this.#handlers.onAttached(successor, reply.session);
    // The dead supervisor may have stopped in the middle of a sequence.
    this.#context.terminal.write(Buffer.from(END_SEQUENCE));
    this.#line.clear();
    this.#input.reconcile(reply.type === 'attached' ? checked(reply.typed) : undefined);
    const text = lostText(this.#input.missing);
    if (text === undefined) this.#handlers.onReady();
    else this.#lostKeys = new LostKeys(this.#line, this.#input, text, () => this.#onRead());
  }

  #onRead(): void {
    this.#lostKeys = undefined;
    this.#input.missing = NOTHING_MISSING;
    this.#handlers.onReady();
  }

  #onFailed(why: WhyNot, session: SessionInfo): void {
    this.#reconnecting = undefined;
    const { far, paths } = this.#context;
    if (far && why !== 'late') {
      void this.#ask(far, session);
      return;
    }
    const end = why === 'ended' && readRecord(paths.records, session)?.end;
    if (end && end.by !== 'lost') this.#handlers.onFailed({ type: 'ended', exit: end });
    else this.#handlers.onFailed({ type: 'lost', late: why === 'late' });
  }

  /** The record is on the other machine. */
  async #ask(far: FarSide, session: SessionInfo): Promise<void> {
    const asked = far.endOf(session);
    this.#asked = asked;
    const exit = await asked;
    if (this.#asked !== asked) return;
    this.#asked = undefined;
    this.#handlers.onFailed(exit ? { type: 'ended', exit } : { type: 'lost', late: false });
  }
}

/** Another machine may say anything. */
function checked(typed: TypedBytes | undefined): TypedBytes | undefined {
  const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;
  return typed && isCount(typed.taken) && isCount(typed.given) ? typed : undefined;
}

const BELL = Uint8Array.of(7);

function waitingText({ detachLabel, far }: AttachContext): string {
  const leaves = detachLabel ? ` ${detachLabel} leaves.` : '';
  if (far?.asks)
    return `ssh to ${far.host} must ask you: ${detachLabel ?? 'leave'} and attach again, or elsewhere: cxs ls ${far.host}/`;
  if (far) return `No line to ${far.host}; trying again.${leaves}`;
  return `The supervisor has ended; waiting for its successor.${leaves}`;
}
