/**
 * What a session's screen shows, for as long as somebody looks. On a connection of its own, which the
 * supervisor may close on whoever does not read. Nothing here is an error: without a picture there is no
 * preview, as with a supervisor that knows of none.
 */
import type { PreviewNotice, ScreenPicture } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { connect } from '../connection/connect.ts';
import type { Connection } from '../connection/connection.ts';

/** Columns and rows that are there for it. */
export interface PreviewSize {
  readonly cols: number;
  readonly rows: number;
}

/** Of the session that is called `fullName` by now. */
export interface SessionPicture extends ScreenPicture {
  readonly fullName: string;
}

/**
 * A supervisor that closes connections, or does not have the session, is not asked sooner again; nor is an older
 * one that knows of no previews, and may be upgraded.
 */
const RETRY_MS = 1_000;

interface Wanted extends PreviewSize {
  readonly fullName: string;
}

export class PreviewFeed {
  /** There is another picture, or none any more. */
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
  /** What the shown session is called by now; undefined if none is. */
  #name: string | undefined;
  #picture: SessionPicture | undefined;
  #working = false;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(paths: StatePaths) {
    this.#paths = paths;
  }

  /** The newest one of the session to be shown; undefined until there is one. */
  get picture(): SessionPicture | undefined {
    return this.#picture;
  }

  /**
   * Shows this running session, or none. May be called with every frame: without effect while it is shown
   * already, under its name or the one that it had.
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
    if (!this.#picture) return;
    this.#picture = undefined;
    this.onChange?.();
  }

  /** Asks until what is wanted is shown: one request at a time, so one that moves on quickly skips some. */
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

  /** Undefined if there is none, or none is needed. @throws UserError as `connect` */
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
    // Of another one until the request is answered; later of this one, under any name.
    if (!this.#name || typeof fullName !== 'string') return;
    if (this.#pending && fullName !== this.#name) return;
    if ('ended' in notice) {
      this.#drop();
      return;
    }
    if (!isPicture(notice.picture)) return;
    this.#name = fullName;
    this.#picture = { ...notice.picture, fullName };
    this.onChange?.();
  }

  /** The supervisor has died, has left, or would not wait for us: a successor is asked. */
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

/** One of another version may be anything. */
function isPicture(value: unknown): value is ScreenPicture {
  const { cols, rows, lines, above, cursor } = (value ?? {}) as Partial<ScreenPicture>;
  const at = cursor ?? { x: 0, y: 0 };
  return (
    [cols, rows, above, at.x, at.y].every((number) => Number.isSafeInteger(number)) &&
    Array.isArray(lines) &&
    lines.every((line) => typeof line === 'string')
  );
}
