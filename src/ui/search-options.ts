/** What a list of sessions that is searched by typing is given. */
import type { SessionInfo } from '../protocol/messages.ts';
import type { Project } from '../store/project.ts';
import type { PreviewOptions } from './preview-pane.ts';
import type { SessionActions } from './session-actions.ts';

export interface SearchListOptions {
  readonly sessions: readonly SessionInfo[];
  readonly here: Project;
  readonly query?: string;
  /** Full name of the session that this terminal is attached to. */
  readonly current?: string;
  /** Called about once a second. */
  readonly refresh?: () => Promise<readonly SessionInfo[]>;
  /** Other machines, if there are any. */
  readonly others?: SearchedMachines;
  /** Shown at the foot until a key is pressed. */
  readonly note?: string;
  now?(): number;
  readonly color: boolean;
  /** What can be done to the sessions from here; undefined: nothing. */
  readonly actions?: SessionActions;
  /** Undefined: there is none. */
  readonly preview?: PreviewOptions;
}

export interface SearchedMachines {
  /** Their names. */
  readonly hosts: readonly string[];
  /** `call` is called when something has changed there. */
  listen(call: () => void): void;
  /** Which are missing, and why, in one line; empty: none is. */
  missing(): string;
}
