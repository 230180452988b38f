/**
 * Completes the id of a conversation, of which Codex's title has only the first characters;
 * searches again later if Codex has left no trace of it yet. There are two sources: the title has
 * the first 29 characters, and on Linux the lock files that the process holds open have full ids.
 * If there are locks and none matches the title, the conversation known so far stays: 0.169 gives a
 * side conversation (`/side`) neither lock nor record.
 */
import { completeId } from './conversation.ts';
import { lockHeldBy } from './conversation-locks.ts';
import { HeldConversation } from './held-conversation.ts';

/**
 * Delays between searches while an id cannot be completed. The lock file appears within 5 ms of the
 * title (0.169), later under load. Each change of state in the title starts a new search: 0.144
 * leaves no trace of a conversation before its first turn is recorded.
 */
const RETRY_DELAYS_MS: readonly number[] = [20, 80, 250, 1_000, 3_000];
/** Pause after a search whose title has changed meanwhile: with a long history one takes 20 ms. */
const SEARCH_GAP_MS = 250;
/**
 * Delays between checks of the locks. A title that names the conversation comes within the first of
 * these delays after the first report (0.163 to 0.171); on a loaded machine the lock of a new
 * conversation comes later.
 */
const UNTITLED_DELAYS_MS: readonly number[] = [500, 1_000, 3_000];

export interface SearchContext {
  readonly home: string;
  /** Codex's process. */
  readonly pid: number;
  /** The conversation found; if none can be found, the one known so far. */
  onResult(conversation: string): void;
  now(): number;
  log?(message: string): void;
}

export class ConversationSearch {
  readonly #context: SearchContext;
  #prefix = '';
  #retry: NodeJS.Timeout | undefined;
  /** Number of the current search, so that the result of an outdated one is dropped. */
  #search = 0;
  #searching = false;
  /** The attempt to start with once the outdated search that is running has ended. */
  #next: number | undefined;
  /** No search before this time, in ms, however fast the titles change. */
  #freeAt = 0;
  #disputed = false;
  #disposed = false;
  readonly #held: HeldConversation;
  #untitled: NodeJS.Timeout | undefined;
  /** Number of checks of the locks since the last report. */
  #looks = 0;

  constructor(context: SearchContext) {
    this.#context = context;
    this.#held = new HeldConversation(context.home, context.pid);
  }

  /** Title and locks name different conversations. */
  get disputed(): boolean {
    return this.#disputed;
  }

  /** To be called when the prefix in the title has changed. */
  start(prefix: string): void {
    this.#prefix = prefix;
    this.#look(0);
  }

  /** Searches again for the same title. */
  again(): void {
    this.#look(0);
  }

  /** To be called when Codex has reported something: if no title follows, the locks are checked. */
  withoutTitle(): void {
    if (this.#prefix !== '') return;
    this.#looks = 0;
    if (this.#untitled === undefined) this.#askLocksLater();
  }

  #askLocksLater(): void {
    const delay = UNTITLED_DELAYS_MS[this.#looks];
    if (delay === undefined || this.#prefix !== '' || this.#disposed) return;
    this.#looks += 1;
    this.#untitled = setTimeout(() => void this.#askLocks(), delay);
    this.#untitled.unref();
  }

  stop(): void {
    this.#search += 1;
    this.#next = undefined;
    clearTimeout(this.#retry);
    this.#retry = undefined;
    clearTimeout(this.#untitled);
    this.#untitled = undefined;
  }

  dispose(): void {
    this.#disposed = true;
    this.stop();
  }

  /** `attempt`: the number of searches for this title so far. */
  #look(attempt: number): void {
    this.stop();
    const waitMs = this.#freeAt - this.#context.now();
    if (this.#searching) this.#next = attempt;
    else if (waitMs > 0) this.#lookLater(attempt, waitMs);
    else this.#searchFor(this.#prefix, attempt);
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
      // Another search was requested during this one, for the same title: states may change faster
      // than a search takes.
      const isWanted =
        this.#next !== undefined && prefix === this.#prefix && found.id !== undefined;
      if (isWanted) this.#next = undefined;
      if (search === this.#search || isWanted) this.#take(found, prefix, attempt);
      else {
        this.#freeAt = this.#context.now() + SEARCH_GAP_MS;
        if (this.#next !== undefined) this.#lookLater(this.#next, SEARCH_GAP_MS);
      }
    });
  }

  #take(found: { id?: string; disagrees?: string }, prefix: string, attempt: number): void {
    if (found.id !== undefined) {
      this.#disputed = false;
      this.#context.onResult(found.id);
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
        `title names conversation ${prefix}…, process ${this.#context.pid} has ${found.disagrees} open: the one before stays`,
      );
    }
  }

  async #askLocks(): Promise<void> {
    try {
      const id = await this.#held.look();
      if (id !== undefined && this.#prefix === '' && !this.#disposed) this.#context.onResult(id);
    } catch (error) {
      this.#context.log?.(`looking for the locks of ${this.#context.pid}: ${String(error)}`);
    }
    if (this.#untitled === undefined) return;
    this.#untitled = undefined;
    this.#askLocksLater();
  }

  async #witnesses(prefix: string): Promise<{ id?: string; disagrees?: string }> {
    const { home, pid } = this.#context;
    try {
      const held = await lockHeldBy(home, pid);
      const fits = held?.ids.find((id) => id.startsWith(prefix));
      if (fits !== undefined) return { id: fits };
      // The shared server holds the locks of all sessions, perhaps not yet this one's.
      if (held !== undefined && !held.shared) return { disagrees: held.ids.join(', ') };
      const id = await completeId(home, prefix);
      return id === undefined ? {} : { id };
    } catch (error) {
      this.#context.log?.(`looking for conversation ${prefix}…: ${String(error)}`);
      return {};
    }
  }
}
