/**
 * What the supervisor knows of one running Codex: its status, its title, and the conversation that it
 * has open. Implements the supervisor's `ProgramKind` without importing it.
 */

import { clearIdleTimeout } from '../platform/idle-timer.ts';
import { safeText } from '../terminal/safe-text.ts';
import type { CodexStatus } from './codex-status.ts';
import { codexHomeOf } from './conversation.ts';
import { lastTurn } from './last-turn.ts';
import { type ConversationDump, ObservedConversation } from './observed-conversation.ts';
import { type ReadQuestion, readQuestion } from './question.ts';
import { reportsItsStart, type Shown, SilentWork } from './start-silence.ts';
import { type StatusDump, StatusTracker } from './status.ts';
import type { StatusEvent } from './status-history.ts';
import { parseTitle } from './title.ts';

export interface ObserverContext {
  readonly pid: number;
  readonly env: Readonly<Record<string, string>>;
  /** The version of Codex and its arguments, if it is one. */
  readonly version?: string | undefined;
  readonly args?: readonly string[] | undefined;
  now(): number;
  /** When it has shown text; undefined if it has not. */
  shown?(): Shown | undefined;
  log?(message: string): void;
  readonly conversation?: string | undefined;
  /** From {@link CodexObserver.dump} of the predecessor, at a take-over. */
  readonly dump?: unknown;
  /** Codex may have said more since then. */
  readonly stale?: boolean | undefined;
}

interface ObserverDump extends ConversationDump {
  readonly title: string;
  readonly displayTitle?: string | undefined;
  readonly titleIsOurs: boolean;
  readonly runState?: string | undefined;
  readonly contextLeft?: number | undefined;
  readonly status: StatusDump;
}

export type ObserverChange = 'status' | 'conversation' | 'title' | 'facts';

const TITLE_MAX_COLUMNS = 200;
/**
 * While it works, Codex draws its title again ten times a second; its record has the turn some ms
 * after it begins.
 */
const TOLD_WITHIN_MS = 1_000;
/** Added to each wait, as timers may fire slightly early. */
const TIMER_SLACK_MS = 50;

export class CodexObserver {
  onChange: ((change: ObserverChange) => void) | undefined;
  readonly #context: ObserverContext;
  readonly #tracker: StatusTracker;
  readonly #work: SilentWork;
  #startTimer: NodeJS.Timeout | undefined;
  #title = '';
  #displayTitle: string | undefined;
  #runState: string | undefined;
  #titleIsOurs = false;
  #contextLeft: number | undefined;
  readonly #conversation: ObservedConversation;
  #recordTimer: NodeJS.Timeout | undefined;
  #busy = false;
  #disposed = false;

  constructor(context: ObserverContext) {
    this.#context = context;
    const home = codexHomeOf(context.env);
    this.#conversation = new ObservedConversation({
      home,
      pid: context.pid,
      opened: context.conversation,
      now: () => context.now(),
      inTurn: () => this.#titleSaysTurn,
      onChange: (change) => this.onChange?.(change),
      log: (message) => context.log?.(message),
    });
    this.#work = new SilentWork(context.pid);
    const reportsStart = reportsItsStart(context.version, context.args);
    this.#tracker = new StatusTracker({ now: context.now(), reportsStart });
    this.#tracker.onChange = ({ status }) => this.#onStatus(status);
    if (context.dump !== undefined) this.#restore(context.dump as ObserverDump);
    if (context.stale) this.#forgetStatus();
    if (this.#tracker.isForgotten) this.#lookIntoRecordLater(home);
    this.#awaitReport();
  }

  #awaitReport(): void {
    this.#startTimer = undefined;
    const now = this.#context.now();
    const works = () => this.#work.look(now);
    const again = this.#tracker.tick(now, this.#context.shown?.(), works);
    if (again === undefined) return;
    this.#startTimer = setTimeout(() => this.#awaitReport(), again + TIMER_SLACK_MS);
    this.#startTimer.unref();
  }

  onReport(body: Uint8Array): void {
    if (this.#disposed) return;
    this.#tracker.onReport(body, this.#context.now());
    if (this.#tracker.current.source !== 'none') this.#started();
    this.#conversation.onReport();
  }

  onTitle(title: string): void {
    // Called ten times a second by the spinner, often with the same title.
    if (this.#disposed || title === this.#title) return;
    this.#title = title;
    this.#tracker.onTitle(title, this.#context.now());
    const { runState, threadIdPrefix, contextLeft, text } = parseTitle(title);
    this.#titleIsOurs = runState !== undefined;
    this.#contextLeft = contextLeft;
    this.#show(safeText(text, TITLE_MAX_COLUMNS) || undefined);
    if (runState === undefined) return;
    this.#started();
    const stateChanged = runState !== this.#runState;
    this.#runState = runState;
    if (stateChanged && this.#titleSaysTurn) this.#conversation.turnSeen();
    if (threadIdPrefix !== undefined) this.#conversation.onTitle(threadIdPrefix, stateChanged);
  }

  seen(): void {
    this.#tracker.seen(this.#context.now());
  }

  watch(on: boolean): void {
    this.#tracker.watch(on, this.#context.now());
  }

  /** Codex has reported something, or never will. */
  #started(): void {
    if (this.#startTimer) clearIdleTimeout(this.#startTimer);
    this.#startTimer = undefined;
  }

  exited(): void {
    this.#conversation.stop();
    this.#started();
    this.#tracker.exited(this.#context.now());
  }

  get status(): CodexStatus {
    return this.#tracker.current;
  }

  get conversation(): string | undefined {
    return this.#conversation.id;
  }

  /** Where the conversation was last, as far as is known. */
  get directory(): string | undefined {
    return this.#conversation.directory;
  }

  /** Whether the conversation has had a turn, and so can be resumed; undefined if unknown. */
  get hadTurn(): boolean | undefined {
    return this.#conversation.hadTurn;
  }

  get displayTitle(): string | undefined {
    return this.#displayTitle;
  }

  /** Per cent of the model's context window; if only this changes, `onChange` is not called. */
  get contextLeft(): number | undefined {
    return this.#contextLeft;
  }

  /** The title has the form that TITLE_ARGS asks for, which is not meant for users. */
  get titleIsOurs(): boolean {
    return this.#titleIsOurs;
  }

  /** The question that these rows of the screen show. */
  readQuestion(rows: readonly string[]): ReadQuestion | undefined {
    return readQuestion(rows);
  }

  replyToStatusQuery(): string {
    return this.#tracker.records.reply();
  }

  /** For the observer of the successor. */
  dump(): ObserverDump {
    return {
      title: this.#title,
      displayTitle: this.#displayTitle,
      titleIsOurs: this.#titleIsOurs,
      runState: this.#runState,
      contextLeft: this.#contextLeft,
      ...this.#conversation.dump(),
      status: this.#tracker.dump(),
    };
  }

  explain(): readonly StatusEvent[] {
    return this.#tracker.history;
  }

  dispose(): void {
    this.#disposed = true;
    this.onChange = undefined;
    this.#conversation.dispose();
    clearTimeout(this.#recordTimer);
    this.#started();
  }

  #restore(dump: ObserverDump): void {
    this.#title = dump.title;
    this.#displayTitle = dump.displayTitle;
    this.#titleIsOurs = dump.titleIsOurs;
    this.#runState = dump.runState;
    this.#contextLeft = dump.contextLeft;
    this.#tracker.restore(dump.status);
    this.#conversation.restore(dump);
  }

  #forgetStatus(): void {
    this.#title = '';
    this.#runState = undefined;
    this.#tracker.forget(this.#context.now());
  }

  /**
   * Codex reports nothing while idle: its record is read once the title would have shown a turn.
   */
  #lookIntoRecordLater(home: string): void {
    this.#recordTimer = setTimeout(() => void this.#lookIntoRecord(home), TOLD_WITHIN_MS);
    this.#recordTimer.unref();
  }

  async #lookIntoRecord(home: string): Promise<void> {
    const { id } = this.#conversation;
    if (id === undefined || !this.#tracker.isForgotten) return;
    try {
      const turn = await lastTurn(home, id);
      if (this.#disposed || id !== this.#conversation.id) return;
      if (turn === 'over' || (turn === 'none' && this.#conversation.hadTurn === false))
        this.#tracker.rests(this.#context.now());
    } catch (error) {
      this.#context.log?.(`looking for a turn in conversation ${id}: ${String(error)}`);
    }
  }

  #show(title: string | undefined): void {
    if (title === this.#displayTitle) return;
    this.#displayTitle = title;
    this.onChange?.('title');
  }

  get #titleSaysTurn(): boolean {
    return this.#runState === 'working' || this.#runState === 'action-required';
  }

  #onStatus(status: CodexStatus['status']): void {
    const busy = status === 'working' || status === 'blocked';
    if (status === 'blocked' || status === 'done') this.#conversation.turnSeen();
    this.onChange?.('status');
    if (this.#busy && !busy) this.#conversation.turnEnded();
    this.#busy = busy;
  }
}

export const codexProgram = {
  observe(context: ObserverContext): CodexObserver {
    return new CodexObserver(context);
  },
};
