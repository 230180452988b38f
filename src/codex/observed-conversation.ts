/** Which conversation a running Codex has open, in which directory, and whether it has had a turn. */
import { beganAtMs } from './conversation.ts';
import { ConversationSearch } from './conversation-search.ts';
import { DirectoryFinder } from './directory-finder.ts';

/** The clock used for a conversation's id may be this much behind ours. */
const CLOCK_SLACK_MS = 1_000;

export interface ConversationDump {
  readonly conversation?: string | undefined;
  readonly prefix?: string | undefined;
  readonly directory?: string | undefined;
  readonly hadTurn?: boolean | undefined;
}

export interface ConversationContext {
  readonly home: string;
  /** Codex's process. */
  readonly pid: number;
  /** The conversation that it was told to open. */
  readonly opened: string | undefined;
  now(): number;
  /** Whether the title says that a turn is running. */
  inTurn(): boolean;
  onChange(change: 'conversation' | 'facts'): void;
  log(message: string): void;
}

export class ObservedConversation {
  readonly #context: ConversationContext;
  readonly #startedAt: number;
  readonly #search: ConversationSearch;
  readonly #finder: DirectoryFinder;
  #id: string | undefined;
  #prefix: string | undefined;
  #directory: string | undefined;
  #hadTurn: boolean | undefined;
  #disposed = false;

  constructor(context: ConversationContext) {
    this.#context = context;
    this.#startedAt = context.now();
    this.#id = context.opened;
    if (context.opened !== undefined) this.#hadTurn = true;
    const { home, pid, log } = context;
    this.#search = new ConversationSearch({
      ...{ home, pid, log },
      onResult: (conversation) => this.#become(conversation),
      now: () => context.now(),
    });
    const onResult = (id: string, directory: string | undefined) => this.#learn(id, directory);
    this.#finder = new DirectoryFinder({ home, log, onResult });
  }

  get id(): string | undefined {
    return this.#id;
  }

  /** Where it was last, as far as is known. */
  get directory(): string | undefined {
    return this.#directory;
  }

  /** Whether it has had a turn, and so can be resumed; undefined if unknown. */
  get hadTurn(): boolean | undefined {
    return this.#hadTurn;
  }

  /** Codex has reported something, perhaps without ever naming the conversation in a title. */
  onReport(): void {
    if (this.#prefix === undefined) this.#search.withoutTitle();
  }

  /** The title has the beginning of an id; `stateChanged`: and another state than before. */
  onTitle(prefix: string, stateChanged: boolean): void {
    const known = this.#id?.startsWith(prefix) === true && !this.#search.disputed;
    if (prefix !== this.#prefix) {
      this.#prefix = prefix;
      this.#search.start(prefix);
    } else if (!known && stateChanged) this.#search.again();
  }

  turnSeen(): void {
    if (this.#hadTurn === true || this.#id === undefined) return;
    this.#hadTurn = true;
    this.#context.onChange('facts');
  }

  turnEnded(): void {
    if (this.#id) this.#finder.look(this.#id);
  }

  dump(): ConversationDump {
    return {
      conversation: this.#id,
      prefix: this.#prefix,
      directory: this.#directory,
      hadTurn: this.#hadTurn,
    };
  }

  restore({ conversation, prefix, directory, hadTurn }: ConversationDump): void {
    this.#id = conversation;
    this.#prefix = prefix;
    this.#directory = directory;
    this.#hadTurn = hadTurn;
    // A search that was running in the predecessor starts again here.
    if (prefix && !conversation?.startsWith(prefix)) this.#search.start(prefix);
  }

  /** Codex has ended. */
  stop(): void {
    this.#search.stop();
  }

  dispose(): void {
    this.#disposed = true;
    this.#search.dispose();
    this.#finder.dispose();
  }

  #become(conversation: string): void {
    const { opened, inTurn, onChange } = this.#context;
    if (conversation !== this.#id) {
      this.#id = conversation;
      // A conversation that began before this process may have been resumed in it.
      const beganAt = beganAtMs(conversation) ?? 0;
      this.#hadTurn = inTurn() || beganAt < this.#startedAt - CLOCK_SLACK_MS;
      onChange('conversation');
    }
    // A resumed conversation is in the directory that this process was started with, until a turn
    // has ended there.
    if (conversation !== opened) this.#finder.look(conversation);
  }

  /** Read from this conversation's record, so it has had a turn. */
  #learn(id: string, directory: string | undefined): void {
    if (id !== this.#id || this.#disposed) return;
    if (this.#hadTurn === true && (directory ?? this.#directory) === this.#directory) return;
    this.#hadTurn = true;
    this.#directory = directory ?? this.#directory;
    this.#context.onChange('facts');
  }
}
