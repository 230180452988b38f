/**
 * Waits until Codex's own record holds the end of a turn. Status changes say when to look; the result
 * comes from the record, so a printed answer is one that Codex has stored.
 */
import { ConversationRecord } from '../../codex/conversation-record.ts';
import type { Transcript } from '../../codex/transcript.ts';
import type { Turn } from '../../codex/transcript-types.ts';
import { promptsOf, turnOfPrompt } from '../../codex/turn-of-prompt.ts';
import { waitsForAnswer } from '../../protocol/asks-at-start.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import type { SessionWatch } from '../sessions/session-watch.ts';

/** Codex takes a prompt within some ms, on a loaded machine within a second or two. */
export const TAKEN_LIMIT_MS = 10_000;
/** The last line of a turn in the record and the report that it is over are some ms apart. */
const AT_REST_LIMIT_MS = 2_000;
/** Node fires a timer with a longer delay at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

export type TurnOutcome =
  | {
      readonly type: 'ended';
      readonly conversation: string;
      readonly turn: Readonly<Turn>;
      /** The session as this turn has left it; absent if another turn has begun. */
      readonly session?: SessionInfo;
    }
  /** It waits for the user's answer. */
  | { readonly type: 'blocked'; readonly session: SessionInfo }
  /** Codex is idle, and its record has no such turn. */
  | { readonly type: 'unrecorded'; readonly session: SessionInfo }
  | { readonly type: 'exited'; readonly session: SessionInfo | undefined }
  | { readonly type: 'limit'; readonly session: SessionInfo };

type Ended = Extract<TurnOutcome, { type: 'ended' }>;

/** Begin it before the prompt is typed: what the record holds by then cannot be the answer. */
export class TurnWait {
  readonly #watch: SessionWatch;
  readonly #fullName: string;
  readonly #home: string;
  readonly #unlisten: () => void;
  #record: ConversationRecord | undefined;
  /** Numbers of prompts and finished turns that the record held at the beginning. */
  #before = { prompts: 0, turns: 0 };
  /** State of the record when it was last read. */
  #turnRuns = false;
  /** Something has changed since the last look at status and record. */
  #changed = false;
  #wake: (() => void) | undefined;

  private constructor(watch: SessionWatch, fullName: string, codexHome: string) {
    this.#watch = watch;
    this.#fullName = fullName;
    this.#home = codexHome;
    this.#unlisten = watch.listen(() => this.#onChange());
  }

  static async begin(watch: SessionWatch, fullName: string, codexHome: string): Promise<TurnWait> {
    const wait = new TurnWait(watch, fullName, codexHome);
    const transcript = await wait.#transcript();
    if (transcript) {
      // A turn that is running is not counted: its end is still to come.
      const over = transcript.turns.filter(({ state }) => state !== 'running').length;
      wait.#before = { prompts: promptsOf(transcript).length, turns: over };
    }
    return wait;
  }

  /**
   * Waits for the end of the turn with this prompt; without a prompt, of the running or next turn.
   * @throws GoneError when the supervisor goes away; the signal's reason when it is aborted
   */
  async outcome(
    prompt: string | undefined,
    limitMs: number,
    signal?: AbortSignal,
  ): Promise<TurnOutcome> {
    const deadline = Date.now() + limitMs;
    let restsSince: number | undefined;
    const wake = () => this.#onChange();
    signal?.addEventListener('abort', wake);
    using _listener = { [Symbol.dispose]: () => signal?.removeEventListener('abort', wake) };
    for (;;) {
      signal?.throwIfAborted();
      this.#changed = false;
      const session = this.#watch.get(this.#fullName);
      // A supervisor may leave with its last session.
      if (session?.state === 'running') this.#watch.check();
      const ended = await this.#ended(prompt);
      if (ended) return await this.#atRest(ended);
      const now = Date.now();
      if (session?.state !== 'running') return { type: 'exited', session };
      if (waitsForAnswer(session)) return { type: 'blocked', session };
      restsSince = this.#isAtRest(session) ? (restsSince ?? now) : undefined;
      const restEnds = (restsSince ?? Number.POSITIVE_INFINITY) + TAKEN_LIMIT_MS;
      if (now >= restEnds) return { type: 'unrecorded', session };
      if (now >= deadline) return { type: 'limit', session };
      await this.#change(Math.min(deadline, restEnds) - now);
    }
  }

  /** Whether the record has the prompt before the session ends or `limitMs` is over. */
  async taken(prompt: string, limitMs: number): Promise<boolean> {
    const deadline = Date.now() + limitMs;
    while (Date.now() < deadline) {
      this.#changed = false;
      this.#watch.check();
      const transcript = await this.#transcript();
      if (transcript && turnOfPrompt(transcript, prompt, this.#before.prompts, true)) return true;
      if (this.#watch.get(this.#fullName)?.state !== 'running') return false;
      await this.#change(deadline - Date.now());
    }
    return false;
  }

  close(): void {
    this.#unlisten();
    this.#record?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  async #ended(prompt: string | undefined): Promise<Ended | undefined> {
    const transcript = await this.#transcript();
    if (!transcript || !this.#record) return undefined;
    // Another prompt may end with the same text; when Codex is idle, no turn is still to come.
    const session = this.#watch.get(this.#fullName);
    const rests = session !== undefined && this.#isAtRest(session);
    const turn =
      prompt === undefined
        ? transcript.turns[this.#before.turns]
        : turnOfPrompt(transcript, prompt, this.#before.prompts, rests);
    if (!turn || turn.state === 'running') return undefined;
    return { type: 'ended', conversation: this.#record.id, turn };
  }

  /** Waits for the status to follow, so that the caller's next request finds the session idle. */
  async #atRest(outcome: Ended): Promise<TurnOutcome> {
    const session = this.#watch.get(this.#fullName);
    if (session?.state === 'running' && session.status === 'working')
      await this.#watch.next(
        (event) =>
          (this.#watch.isOf(event.session, this.#fullName) && event.session.status !== 'working') ||
          undefined,
        AT_REST_LIMIT_MS,
      );
    // In this order: if a turn is not in the record after the status was checked, it had not ended
    // then.
    const left = this.#watch.get(this.#fullName);
    const last = (await this.#transcript())?.turns.at(-1);
    return left && last?.id === outcome.turn.id ? { ...outcome, session: left } : outcome;
  }

  /** Of the conversation that the session has open now; after a change, all of it counts as new. */
  async #transcript(): Promise<Transcript | undefined> {
    const id = this.#watch.get(this.#fullName)?.conversation ?? undefined;
    if (id !== undefined && id !== this.#record?.id) {
      if (this.#record) this.#before = { prompts: 0, turns: 0 };
      this.#record?.close();
      this.#record = new ConversationRecord(this.#home, id);
      this.#record.onChange = () => this.#onChange();
    }
    const transcript = await this.#record?.read();
    this.#turnRuns = transcript?.turns.at(-1)?.state === 'running';
    return transcript;
  }

  /** If the status is unknown, as after a supervisor's death, the record decides. */
  #isAtRest({ status }: SessionInfo): boolean {
    if (status === 'unknown') return !this.#turnRuns;
    return status !== 'working' && status !== 'starting';
  }

  #onChange(): void {
    this.#changed = true;
    this.#wake?.();
  }

  async #change(limitMs: number): Promise<void> {
    if (this.#changed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(limitMs, TIMER_MAX_MS));
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
