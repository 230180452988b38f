/**
 * Something that opens over the sessions of `watch` and the switcher, and takes all keys until it
 * is closed.
 */
import type { UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import type { Hint } from '../footer.ts';
import type { KeyEvent } from '../keys.ts';
import type { Position } from '../line-editor.ts';
import type { SessionActions } from '../session-actions.ts';

export interface Region {
  readonly cols: number;
  readonly rows: number;
}

export interface Drawn {
  /** At most as many as the region has rows. */
  readonly lines: readonly string[];
  /** Within the region. */
  readonly cursor?: Position;
}

export interface Overlay {
  /** Its subject, in a few words; safe text. */
  readonly heading: string;
  /** The keys that it takes now. */
  readonly hints: readonly Hint[];
  /** How many rows it can make use of. */
  wantedRows(cols: number): number;
  render(region: Region, color: boolean): Drawn;
  take(event: KeyEvent): void;
  /** All sessions in their present state. */
  sessionsChanged?(sessions: readonly SessionInfo[]): void;
  /** It is no longer shown. */
  end?(): void;
}

/** What an overlay needs of the screen under it. */
export interface OverlayHost {
  readonly actions: SessionActions;
  /** Milliseconds since the epoch. */
  now(): number;
  /** It has to be drawn again. */
  changed(): void;
  close(overlay: Overlay): void;
  /** Shows a line at the foot of the screen until a key is pressed. */
  say(note: string): void;
  attach(session: SessionInfo): void;
  /** For errors that are not UserErrors. */
  fail(error: unknown): void;
}

/** What went wrong and what to do, in one line. */
export function told({ message, hint }: UserError): string {
  return [message, hint].filter(Boolean).join('. ');
}
