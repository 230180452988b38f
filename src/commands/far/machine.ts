/**
 * Another machine while a list shows it: its line, which is reopened whenever it is lost, and its sessions.
 * The user is asked nothing, and the list does not wait for it.
 */
import { UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import {
  Bridge,
  forgetFailure,
  type Host,
  openLine,
  REMEMBERED_MS,
  recentFailure,
  rememberFailure,
} from '../../remote/index.ts';
import type { StatePaths } from '../../store/paths.ts';
import { MachineFeed } from './machine-feed.ts';

/** After this long it is reported as missing; it may still answer later. */
const SLOW_MS = 2_000;
const OPEN_LIMIT_MS = 10_000;
/** Delay before a lost line is reopened; doubled each time. */
const RETRY_MS = { first: 500, most: 10_000 };
/** A failure after the machine has answered for this long counts as the first one. */
const STEADY_MS = 10_000;

export class Machine {
  readonly host: Host;
  onChange: () => void = () => {};
  readonly #paths: StatePaths;
  #bridge: Bridge | undefined;
  #opening: Promise<Bridge> | undefined;
  #feed: MachineFeed | undefined;
  /** The sessions known when it was last followed, shown until it answers again. */
  #before: readonly SessionInfo[] = [];
  #missing = '';
  #answers = false;
  #answeredAt = Number.POSITIVE_INFINITY;
  #slow: NodeJS.Timeout | undefined;
  /** Set while a list shows it. */
  #looking: AbortController | undefined;
  #isClosed = false;

  /** `bridge`: one that is already open; it is closed with this object. */
  constructor(paths: StatePaths, host: Host, bridge?: Bridge) {
    this.#paths = paths;
    this.host = host;
    this.#bridge = bridge;
  }

  get sessions(): readonly SessionInfo[] {
    return this.#answers ? (this.#feed?.sessions ?? []) : this.#before;
  }

  /** Whether its sessions are known as they are now. */
  get answers(): boolean {
    return this.#answers;
  }

  /** Why they are not, in a sentence; empty if they are, or soon may be. */
  get missing(): string {
    return this.#missing;
  }

  get bridge(): Bridge | undefined {
    return this.#bridge;
  }

  /** Its bridge, with an open line. @throws UserError that says why there is no line */
  async reach(): Promise<Bridge> {
    this.#opening ??= this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #open(): Promise<Bridge> {
    try {
      const bridge = this.#bridge ?? (await this.#opened());
      await bridge.reach();
      forgetFailure(this.#paths, this.host);
      return bridge;
    } catch (error) {
      if (error instanceof UserError) rememberFailure(this.#paths, this.host, error.message);
      throw error;
    }
  }

  async #opened(): Promise<Bridge> {
    const how = { mayAsk: false, onSaid: () => {}, limitMs: OPEN_LIMIT_MS };
    const bridge = new Bridge(this.#paths, await openLine(this.#paths, this.host, how));
    await bridge.listen();
    if (this.#isClosed) {
      bridge.close();
      throw new UserError(`${this.host.name} is not needed any more`);
    }
    this.#bridge = bridge;
    return bridge;
  }

  begin(): void {
    this.#isClosed = false;
    if (this.#looking) return;
    this.#looking = new AbortController();
    void this.#look(this.#looking.signal);
  }

  /** No list shows it any more; `keepsLine`: its line is still in use. */
  rest(keepsLine: boolean): void {
    this.#before = this.sessions;
    this.#answers = false;
    this.#missing = '';
    this.#lookAway();
    this.#feed?.stop();
    this.#feed = undefined;
    if (!keepsLine) this.close();
  }

  close(): void {
    this.#isClosed = true;
    this.#lookAway();
    this.#bridge?.close();
    this.#bridge = undefined;
  }

  #lookAway(): void {
    this.#looking?.abort();
    this.#looking = undefined;
    clearTimeout(this.#slow);
  }

  forget(session: SessionInfo): void {
    this.#feed?.forget(session);
  }

  async #look(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      const recent = this.#bridge ? undefined : recentFailure(this.#paths, this.host);
      if (recent) {
        // Must not replace what was found out just now.
        if (this.#missing === '') this.#miss(this.#skipped(recent.why));
        await pause(REMEMBERED_MS - recent.agoMs, signal);
        continue;
      }
      this.#answeredAt = Number.POSITIVE_INFINITY;
      const error = await this.#follow(signal);
      if (signal.aborted) return;
      this.#miss(this.#sentence(error));
      failures = performance.now() - this.#answeredAt > STEADY_MS ? 1 : failures + 1;
      // If there has never been a line, it is not tried again for a while, as by every list.
      const retryMs = Math.min(RETRY_MS.first * 2 ** (failures - 1), RETRY_MS.most);
      await pause(this.#bridge ? retryMs : REMEMBERED_MS, signal);
    }
  }

  /** Follows its sessions until that fails. @returns why it failed */
  async #follow(signal: AbortSignal): Promise<unknown> {
    const { name } = this.host;
    this.#slow = setTimeout(() => {
      const why = `${name} has not answered for ${SLOW_MS / 1_000} s`;
      // For other lists, which would wait just as long.
      rememberFailure(this.#paths, this.host, why);
      this.#miss(this.#missing || why);
    }, SLOW_MS);
    let feed: MachineFeed | undefined;
    try {
      const bridge = await this.reach();
      const line = await bridge.reach();
      if (signal.aborted) return undefined;
      feed = new MachineFeed(line, () => this.#changed(signal));
      this.#feed = feed;
      void feed.look(bridge.paths);
      await feed.list();
      this.#answeredAt = performance.now();
      forgetFailure(this.#paths, this.host);
      return await feed.failed;
    } catch (error) {
      return error;
    } finally {
      if (!signal.aborted) clearTimeout(this.#slow);
      feed?.stop();
    }
  }

  #changed(signal: AbortSignal): void {
    if (signal.aborted) return;
    clearTimeout(this.#slow);
    this.#answers = true;
    this.#missing = '';
    this.onChange();
  }

  #miss(why: string): void {
    this.#answers = false;
    this.#before = [];
    this.#missing = why;
    this.onChange();
  }

  #skipped(why: string): string {
    const { name } = this.host;
    return `${name} is left out: ${why} (to try again: codex-sessions ls ${name}/)`;
  }

  #sentence(error: unknown): string {
    const { name } = this.host;
    if (!(error instanceof UserError)) return `${name} is left out: ${String(error)}`;
    if (this.#bridge) return `Trying ${name} again: ${error.message}`;
    return [`${name} is left out: ${error.message}`, error.hint].filter(Boolean).join('. ');
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
