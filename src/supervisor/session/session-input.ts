/**
 * Input from clients and scripts to the program: clients are not read while too much of it is queued,
 * and scripts learn when theirs has been accepted.
 */
import type { PartTaken, TypeLimits } from '../../protocol/messages.ts';
import type { Pty } from '../pty/pty.ts';
import type { Client } from './client.ts';
import { endOfCut } from './cut-input.ts';
import { type ArbiterHandlers, InputArbiter } from './input-arbiter.ts';

/** Above this much queued input the clients' connections are not read. */
const INPUT_HIGH_BYTES = 256 * 1024;
/** A program that has taken something within this time reads, if slowly; */
const SLOWLY_MS = 1_000;
/** unless that was at the beginning, when its terminal's buffer takes what it has room for. */
const BUFFERED_MS = 200;

/** `ended`: the program has ended before it took everything. */
export type ScriptInput = 'taken' | 'ended' | PartTaken;

export interface InputHandlers extends Pick<ArbiterHandlers, 'typed' | 'acceptsReply'> {
  /** All that the client has typed so far is written to the PTY. */
  given(client: Client): void;
}

export class SessionInput {
  readonly #pty: Pty;
  readonly #clients: ReadonlySet<Client>;
  readonly #arbiter: InputArbiter;
  readonly #given: InputHandlers['given'];
  /** What users and scripts have typed so far, without what terminals send by themselves. */
  readonly #typing = { count: 0, at: Number.NEGATIVE_INFINITY };
  /** Scripts whose input has not been accepted yet. */
  #waiters: ((outcome: ScriptInput) => void)[] = [];

  constructor(pty: Pty, clients: ReadonlySet<Client>, handlers: InputHandlers) {
    this.#pty = pty;
    this.#clients = clients;
    this.#given = handlers.given;
    this.#arbiter = new InputArbiter({
      ...handlers,
      typed: (client) => {
        this.#noteTyping();
        handlers.typed(client);
      },
      write: (bytes) => {
        pty.write(bytes);
        this.#noteGiven();
      },
    });
  }

  fromClient(client: Client, bytes: Uint8Array): void {
    this.#arbiter.input(client, bytes);
    this.#noteGiven();
    if (this.#pty.queuedBytes > INPUT_HIGH_BYTES)
      for (const other of this.#clients) other.pauseInput();
  }

  /**
   * Resolves once all of it is accepted, or the program has ended; or at a time limit: then what is
   * not accepted never will be.
   */
  fromScript(bytes: Uint8Array, limits?: TypeLimits): Promise<ScriptInput> {
    return new Promise((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      const done = (outcome: ScriptInput) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      if (limits) {
        const begun = performance.now();
        const look = () => {
          const idleEnds = Math.max(begun, this.#pty.takenAt) + limits.idleMs;
          const leftMs = Math.min(begun + limits.allMs, idleEnds) - performance.now();
          if (leftMs > 0) timer = setTimeout(look, Math.ceil(leftMs));
          else done(this.#withdraw(bytes, done, begun));
        };
        timer = setTimeout(look, 0);
      }
      this.#arbiter.insert(bytes, (written) => {
        this.#noteTyping();
        if (written && this.#pty.queuedBytes > 0) this.#waiters.push(done);
        else done(written ? 'taken' : 'ended');
      });
    });
  }

  #withdraw(bytes: Uint8Array, waiter: (outcome: ScriptInput) => void, begun: number): ScriptInput {
    this.#waiters = this.#waiters.filter((other) => other !== waiter);
    const { takenAt } = this.#pty;
    const slowly = takenAt > begun + BUFFERED_MS && performance.now() - takenAt < SLOWLY_MS;
    if (this.#arbiter.withdraw(bytes)) return { bytes: 0, slowly };
    const taken = this.#pty.withdraw(bytes, (count) => endOfCut(bytes, count));
    return taken === undefined ? 'taken' : { bytes: taken, slowly };
  }

  /** How often a user or script has typed, and when last, in milliseconds since the epoch. */
  get typing(): { readonly count: number; readonly at: number } {
    return this.#typing;
  }

  /**
   * Whether all that was typed is written to the PTY: what comes next is the next that the program
   * reads.
   */
  get isGiven(): boolean {
    return this.atRest && this.#pty.queuedBytes === 0;
  }

  /**
   * Types for a script, at once or not at all.
   * @returns whether it is written to the PTY; false if the program has written something in the
   *   meantime, or does not read
   */
  typeNow(bytes: Uint8Array): boolean {
    if (!this.isGiven || !this.#pty.writeIfSilent(bytes)) return false;
    this.#noteTyping();
    return true;
  }

  /** All queued input has been accepted. */
  onTaken(): void {
    this.#noteGiven();
    for (const client of this.#clients) client.resumeInput();
    this.#answer('taken');
  }

  /** Stops reading from the clients, unless one of them is in the middle of a paste or a sequence. */
  pause(): void {
    for (const client of this.#clients)
      if (this.#arbiter.atRest) client.pauseInput();
      else client.resumeInput();
  }

  /** No paste is open, no sequence incomplete, and no script waits. */
  get atRest(): boolean {
    return this.#arbiter.atRest && this.#waiters.length === 0;
  }

  forget(client: Client): void {
    this.#arbiter.forget(client);
  }

  /** The program has ended. */
  dispose(): void {
    this.#arbiter.dispose();
    this.#answer('ended');
  }

  #noteTyping(): void {
    this.#typing.count++;
    this.#typing.at = Date.now();
  }

  #noteGiven(): void {
    if (this.#pty.queuedBytes > 0 || !this.#arbiter.atRest) return;
    for (const client of this.#clients) {
      const { typist } = client;
      if (typist.given === typist.taken) continue;
      typist.given = typist.taken;
      this.#given(client);
    }
  }

  #answer(outcome: ScriptInput): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const resolve of waiters) resolve(outcome);
  }
}
