/**
 * Finds the directory of a running Codex's conversation from its record: when the conversation is
 * found and when a turn has ended, but never while the user types.
 */
import { isCompressed, recordPath } from './conversation.ts';
import { type ConversationFacts, factsIn } from './conversation-facts.ts';

export interface FinderContext {
  readonly home: string;
  /** `directory`: absolute, or undefined if the record does not say. */
  onResult(id: string, directory: string | undefined): void;
  log?(message: string): void;
}

export class DirectoryFinder {
  readonly #context: FinderContext;
  #id: string | undefined;
  /** Of the record of `#id`. */
  #path: string | undefined;
  #facts: ConversationFacts | undefined;
  #looking = false;
  #again = false;
  #disposed = false;

  constructor(context: FinderContext) {
    this.#context = context;
  }

  /** Reports the directory of this conversation, if it has a record. */
  look(id: string): void {
    if (id !== this.#id) {
      this.#id = id;
      this.#path = undefined;
      this.#facts = undefined;
    }
    this.#again = true;
    if (!this.#looking) void this.#work();
  }

  dispose(): void {
    this.#disposed = true;
  }

  async #work(): Promise<void> {
    this.#looking = true;
    while (this.#again && !this.#disposed) {
      this.#again = false;
      const id = this.#id;
      if (id !== undefined) await this.#lookUp(id);
    }
    this.#looking = false;
  }

  async #lookUp(id: string): Promise<void> {
    try {
      const path = this.#path ?? (await recordPath(this.#context.home, id));
      // Codex decompresses a record when it opens it: the next search finds that one.
      if (path === undefined || isCompressed(path)) return;
      const facts = await factsIn(path, this.#facts);
      if (this.#disposed || id !== this.#id) return;
      this.#path = path;
      this.#facts = facts;
      this.#context.onResult(id, facts.directory);
    } catch (error) {
      this.#path = undefined;
      this.#context.log?.(`looking for the directory of conversation ${id}: ${String(error)}`);
    }
  }
}
