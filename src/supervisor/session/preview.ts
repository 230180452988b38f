/**
 * Shows the screen of a session on a connection that is not its client. There is no timer while
 * nothing changes, and no capture is made while the connection has not taken the previous one.
 */
import { PREVIEWS_PER_SECOND } from '../../protocol/limits.ts';
import type { Exit, PreviewNotice } from '../../protocol/messages.ts';
import type { ProgramTerminal } from '../program/program-terminal.ts';
import type { Capture, ScreenCaptures } from '../screen/screen.ts';
import type { Size } from '../screen/size.ts';

const FRAME_MS = 1_000 / PREVIEWS_PER_SECOND;
/** One change is usually followed by others; a screen parses small outputs after 8 ms anyway. */
const GATHER_MS = 10;
/**
 * In the middle of a synchronized update, it is looked at again after GATHER_MS, at most this
 * often.
 */
const UPDATE_LOOKS_MAX = 10;
/**
 * Slow parsing makes captures less frequent: the pause is this many times the time that the last
 * one took.
 */
const REST_FACTOR = 2;

/**
 * Sends a notice, and calls `taken` once the connection has taken it; never if the connection is
 * gone.
 */
export type ShowPreview = (notice: PreviewNotice, taken: () => void) => void;

interface PreviewedSession {
  readonly fullName: string;
  readonly exit: Exit | undefined;
  /** Nothing is read or shown. */
  readonly frozen: boolean;
  readonly terminal: Pick<ProgramTerminal, 'screen'>;
  readonly previews: Previews;
}

export class Preview {
  readonly session: PreviewedSession;
  readonly size: Size;
  /** When the next capture may be taken, on the clock of performance.now(). */
  notBefore: number;
  readonly #show: ShowPreview;
  readonly #captures: ScreenCaptures;
  #changed = true;
  /** A capture is being made, or the connection has not taken it yet. */
  #busy = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #updateLooks = 0;
  /** The last notice sent, to be compared with the next. */
  #shown = '';

  /** Shows the first capture at once, or at `notBefore`. */
  constructor(session: PreviewedSession, size: Size, show: ShowPreview, notBefore = 0) {
    this.session = session;
    this.size = size;
    this.notBefore = notBefore;
    this.#show = show;
    this.#captures = session.terminal.screen.captures();
    session.previews.add(this);
    if (performance.now() >= notBefore) this.#look();
    else this.#next();
  }

  /** The screen, its size or the session's name may have changed. */
  changed(): void {
    this.#changed = true;
    this.#next();
  }

  /** The session has ended. */
  end(): void {
    this.close();
    this.#show({ type: 'preview', fullName: this.session.fullName, ended: true }, () => {});
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#captures.dispose();
    this.session.previews.remove(this);
  }

  #next(): void {
    if (!this.#changed || this.#busy || this.#timer || this.#closed) return;
    const waitMs = Math.max(GATHER_MS, this.notBefore - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#look();
    }, waitMs);
  }

  #look(): void {
    // Nothing is sent on a connection that is being handed over.
    if (this.session.frozen) return;
    const begun = performance.now();
    this.#changed = false;
    this.#busy = true;
    this.#captures.take(this.size, (capture, drawing) => {
      this.#busy = false;
      if (this.#closed) return;
      if (drawing && this.#updateLooks < UPDATE_LOOKS_MAX) {
        this.#updateLooks += 1;
        this.changed();
        return;
      }
      this.#updateLooks = 0;
      const now = performance.now();
      this.notBefore = now + Math.max(FRAME_MS, REST_FACTOR * (now - begun));
      if (capture) this.#tell(capture);
      this.#next();
    });
  }

  #tell(capture: Capture): void {
    const notice = { type: 'preview', fullName: this.session.fullName, picture: capture } as const;
    const shown = JSON.stringify(notice);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#busy = true;
    this.#show(notice, () => {
      this.#busy = false;
      this.#next();
    });
  }
}

/** The previews of one session. */
export class Previews {
  readonly #all = new Set<Preview>();

  add(preview: Preview): void {
    this.#all.add(preview);
  }

  remove(preview: Preview): void {
    this.#all.delete(preview);
  }

  /** The screen, its size or the session's name may have changed. */
  changed(): void {
    for (const preview of this.#all) preview.changed();
  }

  end(): void {
    for (const preview of [...this.#all]) preview.end();
  }
}
