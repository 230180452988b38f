/**
 * One running Codex as the supervisor sees it: its status, its title, and which conversation it has
 * open. Shaped as the supervisor's `ProgramKind`, which this directory does not import.
 *
 * The conversation has two witnesses. The title gives the first 29 characters of its id; on Linux
 * the lock files that the process holds open give whole ids. Where there are locks and none fits the
 * title, no conversation is shown rather than a wrong one.
 */

import { clearIdleTimeout } from '../platform/idle-timer.ts';
import { safeText } from '../terminal/safe-text.ts';
import { codexHomeOf, completeId, lockHeldBy } from './conversation.ts';
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
  /** What {@link CodexObserver.dump} gave, when this process takes the program over. */
  readonly dump?: unknown;
}

interface ObserverDump {
  readonly title: string;
  readonly displayTitle?: string | undefined;
  readonly titleIsOurs: boolean;
  readonly runState?: string | undefined;
  readonly conversation?: string | undefined;
  readonly prefix?: string | undefined;
  readonly status: StatusDump;
}

export type ObserverChange = 'status' | 'conversation' | 'title';

/**
 * How often it is looked again after a title that cannot be completed yet: the lock file was there
 * within 5 ms of the title (0.169), under load later. After the last the next change of state in
 * the title looks again: 0.144 leaves no trace of a conversation before its first turn is recorded.
 */
const RETRY_DELAYS_MS: readonly number[] = [20, 80, 250, 1_000, 3_000];
/** After a search whose title had gone when it ended: in a long history one takes some 20 ms. */
const SEARCH_GAP_MS = 250;
const TITLE_MAX_COLUMNS = 200;
/** Past the moment that {@link STARTING_MAX_MS} names: timers may be a little early. */
const TIMER_SLACK_MS = 50;

export class CodexObserver {
  onChange: ((change: ObserverChange) => void) | undefined;
  readonly #context: ObserverContext;
  readonly #home: string;
  readonly #tracker: StatusTracker;
  #startTimer: NodeJS.Timeout | undefined;
  #title = '';
  #displayTitle: string | undefined;
  #runState: string | undefined;
  #titleIsOurs = false;
  #conversation: string | undefined;
  #prefix: string | undefined;
  #retry: NodeJS.Timeout | undefined;
  /** Counts the searches, so that the result of an outdated one is dropped. */
  #search = 0;
  #searching = false;
  /** The attempt to begin with once the search that is under way, and is outdated, has ended. */
  #next: number | undefined;
  /** No search before this, in ms: titles that change faster than it can be looked are looked up now and then. */
  #freeAt = 0;
  #disputed = false;
  #disposed = false;

  constructor(context: ObserverContext) {
    this.#context = context;
    this.#home = codexHomeOf(context.env);
    this.#conversation = context.conversation;
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
    // The spinner makes ten titles a second of which nine say nothing new.
    if (this.#disposed || title === this.#title) return;
    this.#title = title;
    this.#tracker.onTitle(title, this.#context.now());
    const { runState, threadIdPrefix, text } = parseTitle(title);
    this.#titleIsOurs = runState !== undefined;
    this.#show(safeText(text, TITLE_MAX_COLUMNS) || undefined);
    if (runState === undefined) return;
    this.#started();
    const stateChanged = runState !== this.#runState;
    this.#runState = runState;
    if (threadIdPrefix === undefined) return;
    const known = this.#conversation?.startsWith(threadIdPrefix) === true && !this.#disputed;
    if (threadIdPrefix !== this.#prefix) {
      this.#prefix = threadIdPrefix;
      this.#look(0);
    } else if (!known && stateChanged && this.#retry === undefined) {
      this.#look(RETRY_DELAYS_MS.length);
    }
  }

  seen(): void {
    this.#tracker.seen(this.#context.now());
  }

  watch(on: boolean): void {
    this.#tracker.watch(on, this.#context.now());
  }

  /** It has said something, or never will. */
  #started(): void {
    if (this.#startTimer) clearIdleTimeout(this.#startTimer);
    this.#startTimer = undefined;
  }

  exited(): void {
    this.#stopLooking();
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

  /** With state and conversation id, as asked for by TITLE_ARGS: not for people. */
  get titleIsOurs(): boolean {
    return this.#titleIsOurs;
  }

  replyToStatusQuery(): string {
    return this.#tracker.records.reply();
  }

  /** For the observer that goes on in another process. */
  dump(): ObserverDump {
    return {
      title: this.#title,
      displayTitle: this.#displayTitle,
      titleIsOurs: this.#titleIsOurs,
      runState: this.#runState,
      conversation: this.#conversation,
      prefix: this.#prefix,
      status: this.#tracker.dump(),
    };
  }

  explain(): readonly StatusEvent[] {
    return this.#tracker.history;
  }

  dispose(): void {
    this.#disposed = true;
    this.onChange = undefined;
    this.#stopLooking();
    this.#started();
  }

  #restore(dump: ObserverDump): void {
    this.#title = dump.title;
    this.#displayTitle = dump.displayTitle;
    this.#titleIsOurs = dump.titleIsOurs;
    this.#runState = dump.runState;
    this.#conversation = dump.conversation;
    this.#prefix = dump.prefix;
    this.#tracker.restore(dump.status);
    if (this.#tracker.current.source !== 'none') this.#started();
    // The search that was under way there begins again here.
    if (this.#prefix && !this.#conversation?.startsWith(this.#prefix)) this.#look(0);
  }

  #show(title: string | undefined): void {
    if (title === this.#displayTitle) return;
    this.#displayTitle = title;
    this.onChange?.('title');
  }

  #stopLooking(): void {
    this.#search += 1;
    this.#next = undefined;
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  /** Completes the prefix of the title; `attempt` counts how often it was looked for before. */
  #look(attempt: number): void {
    this.#stopLooking();
    const waitMs = this.#freeAt - this.#context.now();
    if (this.#searching) this.#next = attempt;
    else if (waitMs > 0) this.#lookLater(attempt, waitMs);
    else this.#searchFor(this.#prefix ?? '', attempt);
  }

  #lookLater(attempt: number, ms: number): void {
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#look(attempt);
    }, ms);
    this.#retry.unref();
  }

  #searchFor(prefix: string, attempt: number): void {
    const search = this.#search;
    this.#searching = true;
    void this.#witnesses(prefix).then((found) => {
      this.#searching = false;
      if (this.#disposed) return;
      if (search !== this.#search) {
        this.#freeAt = this.#context.now() + SEARCH_GAP_MS;
        if (this.#next !== undefined) this.#lookLater(this.#next, SEARCH_GAP_MS);
        return;
      }
      if (found.id !== undefined) {
        this.#disputed = false;
        this.#become(found.id);
        return;
      }
      const delay = RETRY_DELAYS_MS[attempt];
      if (delay !== undefined) {
        this.#lookLater(attempt + 1, delay);
        return;
      }
      if (found.disagrees !== undefined && !this.#disputed) {
        this.#disputed = true;
        this.#context.log?.(
          `title names conversation ${prefix}…, process ${this.#context.pid} has ${found.disagrees} open: none is recorded`,
        );
      }
      // The title names another conversation than the one that was known.
      if (found.disagrees !== undefined || this.#conversation?.startsWith(prefix) !== true) {
        this.#become(undefined);
      }
    });
  }

  async #witnesses(prefix: string): Promise<{ id?: string; disagrees?: string }> {
    try {
      const held = await lockHeldBy(this.#home, this.#context.pid);
      const fits = held?.ids.find((id) => id.startsWith(prefix));
      if (fits !== undefined) return { id: fits };
      // The shared server holds the locks of all sessions, and maybe not yet this one's.
      if (held !== undefined && !held.shared) return { disagrees: held.ids.join(', ') };
      const id = await completeId(this.#home, prefix);
      return id === undefined ? {} : { id };
    } catch (error) {
      this.#context.log?.(`looking for conversation ${prefix}…: ${String(error)}`);
      return {};
    }
  }

  #become(conversation: string | undefined): void {
    if (conversation === this.#conversation) return;
    this.#conversation = conversation;
    this.onChange?.('conversation');
  }
}

/** Codex, for the supervisor. */
export const codexProgram = {
  observe(context: ObserverContext): CodexObserver {
    return new CodexObserver(context);
  },
};
