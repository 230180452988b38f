/** The options of a list of sessions that is searched by typing. */
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
  /** What can be done to sessions; undefined: nothing. */
  readonly actions?: SessionActions;
  /** Undefined: no preview. */
  readonly preview?: PreviewOptions;
}

export interface SearchedMachines {
  /** The names of the machines. */
  readonly hosts: readonly string[];
  /** `call` is called when something has changed on one of them. */
  listen(call: () => void): void;
  /** Which machines are missing, and why, in one line; empty if none is. */
  missing(): string;
}
