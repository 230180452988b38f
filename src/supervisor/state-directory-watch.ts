/**
 * Keeps the supervisor reachable. A cleaner of old files, or the user by mistake, may remove the
 * socket, the lock, or the whole state directory: they are restored while the supervisor runs. The
 * kernel reports the removal; what it cannot report is found when a session changes.
 */
import { existsSync, type FSWatcher, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { acquireLock, isHeldByUs } from '../store/lock.ts';
import type { Log } from '../store/log.ts';
import { ensurePrivateDirectory, type StatePaths } from '../store/paths.ts';
import type { Listener } from './server/listener.ts';
import type { SessionTable } from './session/table.ts';

/** Removing the whole directory starts with its contents, and may take this long. */
const REMOVAL_MS = 100;
/**
 * For file systems that report nothing, and for parent directories that are moved away: the minimum
 * time between two checks, which only changes of sessions trigger. No timer runs for it.
 */
const CHECK_INTERVAL_MS = 60_000;
/** The disk may be full or read-only for a while, during which no client can reach us. */
const RETRY_MS = 500;

export interface WatchedState {
  readonly paths: StatePaths;
  readonly listener: Pick<Listener, 'reachable' | 'givenAway' | 'listenAgain'>;
  readonly table: Pick<SessionTable, 'saveAll'>;
  readonly log: Log;
  /** Whether the supervisor is exiting, and removes its socket itself. */
  leaving(): boolean;
}

export class StateDirectoryWatch {
  readonly #state: WatchedState;
  #watcher: FSWatcher | undefined;
  /** Inode of the watched directory; another directory may be at its path by now. */
  #watched: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #restoring = false;
  #started = false;
  /** Milliseconds since the epoch. */
  #checkedAt = 0;
  /** Whether these failures are in the log already. */
  #restoreFailed = false;
  #watchFailed = false;

  constructor(state: WatchedState) {
    this.#state = state;
  }

  start(): void {
    this.#started = true;
    this.check();
  }

  /** To be called after any change of a session. */
  sessionChanged(): void {
    if (this.#started && Date.now() - this.#checkedAt > CHECK_INTERVAL_MS) this.check();
  }

  check(): void {
    this.#checkedAt = Date.now();
    const complete = this.#isComplete;
    if (complete && !this.#watch()) return;
    // Checked again: a removal before the watch began is not reported.
    if (!complete || !this.#isComplete) this.#restoreIn(REMOVAL_MS);
  }

  /** Restores what is missing; retries until it succeeds. */
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

  /** Clients find us, and no other supervisor starts. During a hand-over that is the successor's job. */
  get #isComplete(): boolean {
    const { paths, listener, leaving } = this.#state;
    if (listener.givenAway || leaving()) return true;
    return listener.reachable && isHeldByUs(paths.lock) && existsSync(paths.records);
  }

  /**
   * Watches the directory now at the path.
   * @returns whether it was not watched before.
   */
  #watch(): boolean {
    const directory = dirname(this.#state.paths.socket);
    try {
      const { ino } = statSync(directory);
      if (this.#watcher && this.#watched === ino) return false;
      this.#unwatch();
      // Writing to the log, in the same directory, causes a check too; that is rare.
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

  /** @throws Error if the disk does not allow it, or another supervisor has the lock. */
  async #putBack(): Promise<void> {
    const { paths, listener, table, log } = this.#state;
    // The watched directory may be gone, and a new one may get the same inode.
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
