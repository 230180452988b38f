/** Reads a session's conversation as it grows, one reading at a time, and each item once. */
import { ConversationRecord } from '../../codex/conversation-record.ts';
import type { TranscriptItem } from '../../codex/transcript-types.ts';

export class ConversationFollower {
  readonly #codexHome: string;
  readonly #onItems: (items: readonly TranscriptItem[]) => void;
  #record: ConversationRecord | undefined;
  #told = 0;
  /** The readings, one behind the other; a second that waits would find nothing more than one does. */
  #reading: Promise<void> = Promise.resolve();
  #waiting = false;
  #failure: unknown;

  constructor(codexHome: string, onItems: (items: readonly TranscriptItem[]) => void) {
    this.#codexHome = codexHome;
    this.#onItems = onItems;
  }

  /** Items have been reported. */
  get begun(): boolean {
    return this.#told > 0;
  }

  /** The conversation that the session has open; null while it is not known. */
  follow(id: string | null): void {
    if (id !== null && id !== this.#record?.id) {
      this.#record?.close();
      this.#record = new ConversationRecord(this.#codexHome, id);
      this.#record.onChange = () => this.#look();
      this.#told = 0;
    }
    this.#look();
  }

  /** Once all that was written so far has been told. @throws what reading has failed with */
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
