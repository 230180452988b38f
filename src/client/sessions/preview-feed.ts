/**
 * Follows what a session's screen shows, while the user looks at it. It uses a connection of its
 * own, which the supervisor may close if it is not read. Nothing here is an error: without a
 * capture there is no preview, as with a supervisor that does not know previews.
 */
import type { PreviewNotice, ScreenCapture } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { connect } from '../connection/connect.ts';
import type { Connection } from '../connection/connection.ts';

/** Columns and rows available for it. */
export interface PreviewSize {
  readonly cols: number;
  readonly rows: number;
}

/** The capture of the session that is now called `fullName`. */
export interface SessionCapture extends ScreenCapture {
  readonly fullName: string;
}

/**
 * After this time, a supervisor that closed the connection, or did not have the session, is asked
 * again; also an older one that does not know previews, as it may have been upgraded.
 */
const RETRY_MS = 1_000;

interface Wanted extends PreviewSize {
  readonly fullName: string;
}

export class PreviewFeed {
  /** Called when there is another capture, or none any more. */
  onChange: (() => void) | undefined;
  readonly #paths: StatePaths;
  #connection: Connection | undefined;
  #connectedAt = Number.NEGATIVE_INFINITY;
  #wanted: Wanted | undefined;
  /** The last request; undefined if nothing is shown on this connection. */
  #asked: Wanted | undefined;
  #askedAt = Number.NEGATIVE_INFINITY;
  /** The request is not answered yet. */
  #pending = false;
  /** The present name of the session shown; undefined if none is. */
  #name: string | undefined;
  #capture: SessionCapture | undefined;
  #working = false;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(paths: StatePaths) {
    this.#paths = paths;
  }

  /** The newest capture of the session to be shown; undefined until there is one. */
  get capture(): SessionCapture | undefined {
    return this.#capture;
  }

  /**
   * Shows this running session, or none. May be called with every frame: no effect if it is shown
   * already, under its present name or an earlier one.
   */
  show(fullName: string | undefined, { cols, rows }: PreviewSize): void {
    const last = this.#wanted;
    if (fullName === undefined) {
      this.#wanted = undefined;
      this.#drop();
    } else if (last && (fullName === last.fullName || fullName === this.#name)) {
      if (last.cols !== cols || last.rows !== rows)
        this.#wanted = { fullName: this.#name ?? fullName, cols, rows };
      else if (this.#name || performance.now() < this.#askedAt + RETRY_MS) return;
      else this.#asked = undefined;
    } else {
      this.#wanted = { fullName, cols, rows };
      this.#drop();
    }
    void this.#work();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#connection?.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #drop(): void {
    this.#name = undefined;
    if (!this.#capture) return;
    this.#capture = undefined;
    this.onChange?.();
  }

  /**
   * Sends requests until the wanted session is shown, one at a time, so a user who moves on quickly
   * skips some.
   */
  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    try {
      while (this.#asked !== this.#wanted && !this.#retry && !this.#closed) {
        const connection = await this.#reach();
        if (!connection) break;
        await this.#ask(connection);
      }
    } catch {
      this.#drop();
    } finally {
      this.#working = false;
    }
  }

  /**
   * Undefined if there is no supervisor, or if none is needed.
   * @throws UserError as `connect`
   */
  async #reach(): Promise<Connection | undefined> {
    if (this.#connection) return this.#connection;
    if (!this.#wanted) return undefined;
    this.#askedAt = performance.now();
    const connection = await connect(this.#paths);
    if (!connection) this.#drop();
    if (!connection || this.#closed) {
      connection?.close();
      return undefined;
    }
    this.#connectedAt = performance.now();
    connection.onPreview = (notice) => this.#take(notice);
    connection.onClosed = () => this.#onClosed();
    this.#connection = connection;
    return connection;
  }

  async #ask(connection: Connection): Promise<void> {
    const wanted = this.#wanted;
    this.#asked = wanted;
    this.#askedAt = performance.now();
    this.#name = wanted?.fullName;
    this.#pending = true;
    try {
      await connection.request({ type: 'preview', fullName: null, ...wanted }, 'done');
    } catch {
      if (this.#connection !== connection) return;
      if (this.#asked === this.#wanted) this.#drop();
    } finally {
      this.#pending = false;
    }
  }

  #take(notice: PreviewNotice): void {
    const { fullName } = notice;
    // A capture of another session until the request is answered; later of this one, under any
    // name.
    if (!this.#name || typeof fullName !== 'string') return;
    if (this.#pending && fullName !== this.#name) return;
    if ('ended' in notice) {
      this.#drop();
      return;
    }
    if (!isCapture(notice.picture)) return;
    this.#name = fullName;
    this.#capture = { ...notice.picture, fullName };
    this.onChange?.();
  }

  /**
   * The supervisor has died, has left, or has closed the connection as it was not read: a successor
   * is asked.
   */
  #onClosed(): void {
    this.#connection = undefined;
    this.#asked = undefined;
    if (this.#closed || !this.#wanted) return;
    const waitMs = Math.max(0, this.#connectedAt + RETRY_MS - performance.now());
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      void this.#work();
    }, waitMs);
  }
}

/** A supervisor of another version may send anything. */
function isCapture(value: unknown): value is ScreenCapture {
  const { cols, rows, lines, above, cursor } = (value ?? {}) as Partial<ScreenCapture>;
  const at = cursor ?? { x: 0, y: 0 };
  return (
    [cols, rows, above, at.x, at.y].every((number) => Number.isSafeInteger(number)) &&
    Array.isArray(lines) &&
    lines.every((line) => typeof line === 'string')
  );
}
