/**
 * A session's SSH_AUTH_SOCK: a symlink whose path never changes, to the agent of the client that
 * attached last. So a session still has an agent when the login that started it is gone.
 */
import { mkdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { sha256 } from '../../platform/sha256.ts';
import { uniqueHex } from '../../platform/unique.ts';

/** A live agent accepts at once. */
const PROBE_LIMIT_MS = 500;
/** Agents that are remembered for one session, of the newest logins. */
const KNOWN_MAX = 8;
/** A forwarded agent goes with its login, which ends some time after its client. */
const RECHECK_MS = [1_000, 10_000];

export class AgentLink {
  readonly path: string;
  /** Agents' sockets, the newest first. */
  #known: string[] = [];
  #offered = false;
  #timers: NodeJS.Timeout[] = [];

  /** `directory` is private; its path is short, as a socket's address is. */
  constructor(directory: string, fullName: string) {
    const id = sha256(fullName).slice(0, 12);
    this.path = join(directory, id);
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      this.#known = [readlinkSync(this.path)];
    } catch {
      // There is none yet.
    }
  }

  /** Points at this agent if it answers; at the first one in any case. */
  offer(agent: string | undefined): void {
    if (!agent || agent === this.path) return;
    this.#known = [agent, ...this.#known.filter((other) => other !== agent)].slice(0, KNOWN_MAX);
    if (!this.#offered) this.#point(agent);
    this.#offered = true;
    void this.check();
  }

  /** A client has left, and its agent may be gone with it, or will be a little later. */
  checkSoon(): void {
    if (this.#known.length === 0) return;
    void this.check();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = RECHECK_MS.map((ms) => setTimeout(() => void this.check(), ms).unref());
  }

  /** Points at the newest agent that answers; leaves the link alone when none does. */
  async check(): Promise<void> {
    for (const agent of this.#known) {
      if (!(await answers(agent))) continue;
      this.#point(agent);
      return;
    }
  }

  remove(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    removeIfThere(this.path);
  }

  /** Atomic: at no moment is there no link. */
  #point(agent: string): void {
    const temporary = `${this.path}.${uniqueHex()}`;
    try {
      symlinkSync(agent, temporary);
      renameSync(temporary, this.path);
    } catch {
      removeIfThere(temporary);
    }
  }
}

/** Whatever is in the link's place, or the directory's, costs no session. */
function removeIfThere(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Not ours to remove.
  }
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const done = (alive: boolean) => {
      clearTimeout(limit);
      socket.destroy();
      resolve(alive);
    };
    const limit = setTimeout(() => done(false), PROBE_LIMIT_MS);
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
