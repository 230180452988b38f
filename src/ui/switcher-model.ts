/** What the switcher's view is rendered from. */
import type { SessionInfo } from '../protocol/messages.ts';
import type { Match } from './fuzzy.ts';

export type Row =
  | { readonly type: 'session'; readonly match: Match }
  /** `host`: the other machine to start it on, in its default directory. */
  | { readonly type: 'start'; readonly name: string; readonly host?: string };

export interface View {
  readonly cols: number;
  readonly rows: number;
  readonly query: string;
  readonly list: readonly Row[];
  readonly selected: number;
  /** All sessions, not only matches. */
  readonly sessions: readonly SessionInfo[];
  readonly project: string;
  /** Full name of the session this terminal is in. */
  readonly current: string | undefined;
  readonly home: string | undefined;
  readonly now: number;
  readonly color: boolean;
  /** What the sessions are chosen for, if not to attach; with the full names of those marked. */
  readonly purpose?: { readonly type: 'kill'; readonly marked: ReadonlySet<string> } | undefined;
}
