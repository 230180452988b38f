/** Follows the record of one conversation as it grows: read on file system events, not by polling. */
import { type FSWatcher, watch } from 'node:fs';
import { join } from 'node:path';
import { errorCode } from '../platform/errors.ts';
import { recordPath } from './conversation.ts';
import type { Transcript } from './transcript.ts';
import { openConversation, type RolloutReader } from './transcript-file.ts';

export class ConversationRecord {
  readonly id: string;
  /** Something was written, perhaps to this record: read it again. */
  onChange: (() => void) | undefined;
  readonly #home: string;
  #reader: RolloutReader | undefined;
  #watcher: FSWatcher | undefined;
  /** The path watched: the record, or the deepest existing directory on the way to it. */
  #watched: string | undefined;

  constructor(codexHome: string, id: string) {
    this.#home = codexHome;
    this.id = id;
  }

  /** The transcript so far; undefined before the first turn. From now on `onChange` is called. */
  async read(): Promise<Transcript | undefined> {
    // Watched before it is read, so that no write in between is missed.
    if (!(await this.#watch())) return undefined;
    try {
      if (this.#reader) await this.#reader.read();
      else this.#reader = await openConversation(this.#home, this.id);
    } catch (error) {
      // Codex has moved, compressed or decompressed it; its content is the same.
      if (!this.#reader || errorCode(error) !== 'ENOENT') throw error;
      this.#reader = undefined;
      return this.read();
    }
    return this.#reader?.transcript;
  }

  close(): void {
    this.onChange = undefined;
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  /** False: there is no record yet, but the directory where it will appear is watched. */
  async #watch(): Promise<boolean> {
    if (this.#reader && this.#watcher) return true;
    const path = await this.#path();
    if (path !== undefined && this.#watchPath(path)) return true;
    if (path === undefined)
      for (const directory of this.#places()) if (this.#watchPath(directory)) break;
    // It may have been created before the watch began.
    const now = path ?? (await this.#path());
    if (now === undefined) return false;
    this.#watchPath(now);
    return true;
  }

  async #path(): Promise<string | undefined> {
    return recordPath(this.#home, this.id);
  }

  /** Where a record created today appears, the deepest directory first. */
  #places(): string[] {
    const now = new Date();
    const [year, month, day] = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) =>
      String(part).padStart(2, '0'),
    ) as [string, string, string];
    const sessions = join(this.#home, 'sessions');
    return [
      join(sessions, year, month, day),
      join(sessions, year, month),
      join(sessions, year),
      sessions,
      this.#home,
    ];
  }

  #watchPath(path: string): boolean {
    if (path === this.#watched) return true;
    try {
      const watcher = watch(path, () => this.onChange?.());
      watcher.on('error', () => watcher.close());
      this.#watcher?.close();
      this.#watcher = watcher;
      this.#watched = path;
      return true;
    } catch {
      return false;
    }
  }
}
