/**
 * Tells which conversation a Codex has open, from the locks that it holds. This is the only source
 * if its title names none (`[codex] title = false`, or a title of the user's own). Linux; 0.154 and
 * later; not with the shared server, which holds the locks of all sessions.
 */
import { stat } from 'node:fs/promises';
import { beganAtMs, recordPath } from './conversation.ts';
import { lockHeldBy } from './conversation-locks.ts';

export class HeldConversation {
  readonly #home: string;
  readonly #pid: number;
  #seen: ReadonlySet<string> = new Set();
  /** The conversation last reported, and since when (ms since the epoch). */
  #told: { readonly id: string; readonly at: number } | undefined;

  constructor(codexHome: string, pid: number) {
    this.#home = codexHome;
    this.#pid = pid;
  }

  /** Undefined if it cannot be known for certain. */
  async look(): Promise<string | undefined> {
    const id = await this.#find();
    if (id !== undefined && id !== this.#told?.id) this.#told = { id, at: Date.now() };
    return id;
  }

  async #find(): Promise<string | undefined> {
    const held = await lockHeldBy(this.#home, this.#pid);
    if (held === undefined || held.shared) return undefined;
    const { ids } = held;
    const before = this.#seen;
    this.#seen = new Set(ids);
    if (ids.length === 1) return ids[0];
    // After `/new` the lock of the previous conversation stays.
    const news = ids.filter((id) => !before.has(id));
    return before.size > 0 && news.length === 1 ? news[0] : this.#lastWritten(ids);
  }

  async #lastWritten(ids: readonly string[]): Promise<string | undefined> {
    const times = await Promise.all(ids.map(async (id) => ({ id, at: await this.#usedAt(id) })));
    const told = this.#told && ids.includes(this.#told.id) ? this.#told : undefined;
    // The reported one may have no record yet, so it stays until another one is written to.
    const written = times.filter(({ at }) => at > (told?.at ?? 0)).sort((a, b) => b.at - a.at);
    return written[0]?.id ?? told?.id;
  }

  /** When it was last written to or began; one that `/new` has begun has no record yet. */
  async #usedAt(id: string): Promise<number> {
    const path = await recordPath(this.#home, id);
    const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
    return Math.max(found?.mtimeMs ?? 0, beganAtMs(id) ?? 0);
  }
}
