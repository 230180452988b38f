/** Reads a session's conversation as it grows and reports each item once. */
import { ConversationRecord } from '../../codex/conversation-record.ts';
import type { TranscriptItem } from '../../codex/transcript-types.ts';

export class ConversationFollower {
  readonly #codexHome: string;
  readonly #onItems: (items: readonly TranscriptItem[]) => void;
  #record: ConversationRecord | undefined;
  #told = 0;
  /** The reads, one after another; at most one waits, as a second would find nothing more. */
  #reading: Promise<void> = Promise.resolve();
  #waiting = false;
  #failure: unknown;

  constructor(codexHome: string, onItems: (items: readonly TranscriptItem[]) => void) {
    this.#codexHome = codexHome;
    this.#onItems = onItems;
  }

  /** Whether items have been reported. */
  get begun(): boolean {
    return this.#told > 0;
  }

  /** Switches to the conversation that the session has open; null while it is not known. */
  follow(id: string | null): void {
    if (id !== null && id !== this.#record?.id) {
      this.#record?.close();
      this.#record = new ConversationRecord(this.#codexHome, id);
      this.#record.onChange = () => this.#look();
      this.#told = 0;
    }
    this.#look();
  }

  /** Resolves when everything written so far has been reported. @throws the first read error */
  async end(): Promise<void> {
    this.#look();
    await this.#reading;
    if (this.#failure !== undefined) throw this.#failure;
  }

  close(): void {
    this.#record?.close();
    this.#record = undefined;
  }

  #look(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    this.#reading = this.#reading.then(() => this.#read());
  }

  async #read(): Promise<void> {
    this.#waiting = false;
    const record = this.#record;
    try {
      const items = (await record?.read())?.items ?? [];
      if (record !== this.#record || items.length <= this.#told) return;
      const news = items.slice(this.#told);
      this.#told = items.length;
      this.#onItems(news);
    } catch (error) {
      this.#failure ??= error;
    }
  }
}
