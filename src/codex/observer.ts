/**
 * What the supervisor knows of one running Codex: its status, its title, and the conversation that it
 * has open. Implements the supervisor's `ProgramKind` without importing it.
 */

import { clearIdleTimeout } from '../platform/idle-timer.ts';
import { safeText } from '../terminal/safe-text.ts';
import { codexHomeOf } from './conversation.ts';
import { ConversationSearch } from './conversation-search.ts';
import {
  type CodexStatus,
  STARTING_MAX_MS,
  type StatusDump,
  type StatusEvent,
  StatusTracker,
} from './status.ts';
import { parseTitle } from './title.ts';

export interface ObserverContext {
  readonly pid: number;
  readonly env: Readonly<Record<string, string>>;
  now(): number;
  log?(message: string): void;
  readonly conversation?: string | undefined;
  /** From {@link CodexObserver.dump} of the predecessor, at a take-over. */
  readonly dump?: unknown;
}

interface ObserverDump {
  readonly title: string;
  readonly displayTitle?: string | undefined;
  readonly titleIsOurs: boolean;
  readonly runState?: string | undefined;
  readonly conversation?: string | undefined;
  readonly prefix?: string | undefined;
  readonly contextLeft?: number | undefined;
  readonly status: StatusDump;
}

export type ObserverChange = 'status' | 'conversation' | 'title';

const TITLE_MAX_COLUMNS = 200;
/** Added to {@link STARTING_MAX_MS}, as timers may fire slightly early. */
const TIMER_SLACK_MS = 50;

export class CodexObserver {
  onChange: ((change: ObserverChange) => void) | undefined;
  readonly #context: ObserverContext;
  readonly #tracker: StatusTracker;
  #startTimer: NodeJS.Timeout | undefined;
  #title = '';
  #displayTitle: string | undefined;
  #runState: string | undefined;
  #titleIsOurs = false;
  #contextLeft: number | undefined;
  #conversation: string | undefined;
  #prefix: string | undefined;
  readonly #search: ConversationSearch;
  #disposed = false;

  constructor(context: ObserverContext) {
    this.#context = context;
    this.#conversation = context.conversation;
    this.#search = new ConversationSearch({
      home: codexHomeOf(context.env),
      pid: context.pid,
      known: () => this.#conversation,
      onResult: (conversation) => this.#become(conversation),
      now: () => context.now(),
      log: (message) => context.log?.(message),
    });
    const silent = context.env.TERM === 'dumb';
    this.#tracker = new StatusTracker({ now: context.now(), silent });
    this.#tracker.onChange = () => this.onChange?.('status');
    const tick = () => {
      this.#startTimer = undefined;
      this.#tracker.tick(context.now());
    };
    this.#startTimer = setTimeout(tick, STARTING_MAX_MS + TIMER_SLACK_MS);
    this.#startTimer.unref();
    if (context.dump !== undefined) this.#restore(context.dump as ObserverDump);
  }

  onReport(body: Uint8Array): void {
    if (this.#disposed) return;
    this.#tracker.onReport(body, this.#context.now());
    if (this.#tracker.current.source !== 'none') this.#started();
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
    if (threadIdPrefix === undefined) return;
    const known = this.#conversation?.startsWith(threadIdPrefix) === true && !this.#search.disputed;
    if (threadIdPrefix !== this.#prefix) {
      this.#prefix = threadIdPrefix;
      this.#search.start(threadIdPrefix);
    } else if (!known && stateChanged) this.#search.again();
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
    this.#search.stop();
    this.#started();
    this.#tracker.exited(this.#context.now());
  }

  get status(): CodexStatus {
    return this.#tracker.current;
  }

  get conversation(): string | undefined {
    return this.#conversation;
  }

  get displayTitle(): string | undefined {
    return this.#displayTitle;
  }

  /** Per cent of the model's context window; a change of it alone is not told. */
  get contextLeft(): number | undefined {
    return this.#contextLeft;
  }

  /** The title has the form that TITLE_ARGS asks for, which is not meant for users. */
  get titleIsOurs(): boolean {
    return this.#titleIsOurs;
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
      conversation: this.#conversation,
      prefix: this.#prefix,
      contextLeft: this.#contextLeft,
      status: this.#tracker.dump(),
    };
  }

  explain(): readonly StatusEvent[] {
    return this.#tracker.history;
  }

  dispose(): void {
    this.#disposed = true;
    this.onChange = undefined;
    this.#search.dispose();
    this.#started();
  }

  #restore(dump: ObserverDump): void {
    this.#title = dump.title;
    this.#displayTitle = dump.displayTitle;
    this.#titleIsOurs = dump.titleIsOurs;
    this.#runState = dump.runState;
    this.#conversation = dump.conversation;
    this.#prefix = dump.prefix;
    this.#contextLeft = dump.contextLeft;
    this.#tracker.restore(dump.status);
    if (this.#tracker.current.source !== 'none') this.#started();
    // A search that was running in the predecessor starts again here.
    if (this.#prefix && !this.#conversation?.startsWith(this.#prefix))
      this.#search.start(this.#prefix);
  }

  #show(title: string | undefined): void {
    if (title === this.#displayTitle) return;
    this.#displayTitle = title;
    this.onChange?.('title');
  }

  #become(conversation: string | undefined): void {
    if (conversation === this.#conversation) return;
    this.#conversation = conversation;
    this.onChange?.('conversation');
  }
}

export const codexProgram = {
  observe(context: ObserverContext): CodexObserver {
    return new CodexObserver(context);
  },
};
