/**
 * Keeps the supervisor reachable. A cleaner of old files, or a slip of the user's, may remove the
 * socket, the lock, or the whole state directory: they are put back for as long as the supervisor
 * lives. The kernel reports the loss; what it cannot report is found when a session changes.
 */
import { existsSync, type FSWatcher, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { acquireLock, isHeldByUs } from '../store/lock.ts';
import type { Log } from '../store/log.ts';
import { ensurePrivateDirectory, type StatePaths } from '../store/paths.ts';
import type { Listener } from './server/listener.ts';
import type { SessionTable } from './session/table.ts';

/** A removal of the whole directory starts with what is in it, and may take so long. */
const REMOVAL_MS = 100;
/**
 * For file systems that report nothing, and for directories further up that are moved away: checked
 * so often at most, and only while something happens. No timer runs for it.
 */
const CHECK_INTERVAL_MS = 60_000;
/** A disk may be full or read-only for a while, and no client can reach us meanwhile. */
const RETRY_MS = 500;

export interface WatchedState {
  readonly paths: StatePaths;
  readonly listener: Pick<Listener, 'reachable' | 'givenAway' | 'listenAgain'>;
  readonly table: Pick<SessionTable, 'saveAll'>;
  readonly log: Log;
  /** Whether the supervisor is exiting, and removes its files itself. */
  leaving(): boolean;
}

export class StateDirectoryWatch {
  readonly #state: WatchedState;
  #watcher: FSWatcher | undefined;
  /** Inode of the directory that is watched; another one may be at its path by now. */
  #watched: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #restoring = false;
  #started = false;
  /** Milliseconds since the epoch. */
  #checkedAt = 0;
  /** Failures that are in the log already. */
  #restoreFailed = false;
  #watchFailed = false;

  constructor(state: WatchedState) {
    this.#state = state;
  }

  start(): void {
    this.#started = true;
    this.check();
  }

  /** A session has changed in some way. */
  sessionChanged(): void {
    if (this.#started && Date.now() - this.#checkedAt > CHECK_INTERVAL_MS) this.check();
  }

  check(): void {
    this.#checkedAt = Date.now();
    const complete = this.#isComplete;
    if (complete && !this.#watch()) return;
    // Checked again: what was removed before the watch began is not reported.
    if (!complete || !this.#isComplete) this.#restoreIn(REMOVAL_MS);
  }

  /** Puts back what is gone; retries until it has worked. */
  async restore(): Promise<void> {
    if (this.#restoring) return;
    this.#restoring = true;
    try {
      if (!this.#isComplete) await this.#putBack();
      this.#restoreFailed = false;
    } catch (error) {
      if (!this.#restoreFailed) this.#state.log.error('the socket cannot be put back', error);
      this.#restoreFailed = true;
    } finally {
      this.#restoring = false;
    }
    if (this.#restoreFailed) this.#restoreIn(RETRY_MS);
    else this.check();
  }

  /** Clients find us, and no other supervisor starts; during a hand-over the successor sees to it. */
  get #isComplete(): boolean {
    const { paths, listener, leaving } = this.#state;
    if (listener.givenAway || leaving()) return true;
    return listener.reachable && isHeldByUs(paths.lock) && existsSync(paths.records);
  }

  /**
   * Watches the directory that is at the path now.
   * @returns whether it was not watched before.
   */
  #watch(): boolean {
    const directory = dirname(this.#state.paths.socket);
    try {
      const { ino } = statSync(directory);
      if (this.#watcher && this.#watched === ino) return false;
      this.#unwatch();
      // Writing to the log, which is in there too, causes a check as well; that is rare.
      this.#watcher = watch(directory, { persistent: false }, () => this.check());
      this.#watcher.on('error', () => this.#unwatch());
      this.#watched = ino;
      this.#watchFailed = false;
      return true;
    } catch (error) {
      if (!this.#watchFailed) this.#state.log.error('the state directory cannot be watched', error);
      this.#watchFailed = true;
      return false;
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #restoreIn(ms: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      void this.restore();
    }, ms).unref();
  }

  /** @throws Error when the disk does not allow it, or another supervisor has the lock. */
  async #putBack(): Promise<void> {
    const { paths, listener, table, log } = this.#state;
    // The directory that is watched may be gone, and the next one get its inode.
    this.#unwatch();
    const all = !isHeldByUs(paths.lock) || !existsSync(paths.records);
    for (const dir of [paths.dir, paths.records, paths.agents, dirname(paths.socket)])
      ensurePrivateDirectory(dir);
    if (!isHeldByUs(paths.lock)) {
      const lock = acquireLock(paths.lock);
      if (!lock.held) throw new Error(`another supervisor (${lock.by.pid}) has taken our place`);
    }
    if (!listener.reachable) await listener.listenAgain();
    if (all) table.saveAll();
    log.info(`the ${all ? 'state directory' : 'socket'} was removed, and is there again`);
  }
}
