/** What an attach is asked to do, what it works with, and how it ends. */
import type { Duplex } from 'node:stream';
import type {
  Exit,
  ScrollbackOnAttach,
  SessionInfo,
  SessionSpec,
} from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import type { KeyScanner } from './key-scanner.ts';
import type { UserTerminal } from './user-terminal.ts';

/** What was typed and did not arrive: while there was no supervisor, and (perhaps) before. */
export interface Untold {
  readonly unsentBytes: number;
  readonly doubtfulBytes: number;
}

export type AttachEnd =
  /** `drawnFor`: what the program draws for, if this terminal is of the other kind. */
  | ({
      readonly type: 'detached';
      readonly by: 'self' | 'other';
      readonly drawnFor?: 'dark' | 'light' | undefined;
    } & Partial<Untold>)
  | { readonly type: 'switch' }
  /** `whileAway`: in the switcher. */
  | { readonly type: 'ended'; readonly exit: Exit; readonly whileAway?: true }
  /** The supervisor has gone. `late`: one has taken its place, but did not answer in time. */
  | ({ readonly type: 'lost'; readonly late: boolean } & Partial<Untold>)
  /** The terminal has gone, or a signal asked this process to end. */
  | { readonly type: 'signal'; readonly signal: NodeJS.Signals };

export type AttachRequest =
  | {
      readonly type: 'start';
      readonly spec: SessionSpec;
      /** As of a plan: the conversation that Codex may not open. */
      readonly tried?: string | undefined;
    }
  | { readonly type: 'attach'; readonly fullName: string; readonly readOnly: boolean };

export interface Attached {
  readonly session: SessionInfo;
  /** False when it was already running. */
  readonly created: boolean;
  readonly ended: Promise<{
    readonly end: AttachEnd;
    /** With the name that it had then. */
    readonly session: SessionInfo;
  }>;
}

/**
 * The other machine of a session that is not on this one. There this terminal means nothing, what is typed while
 * there is no line is dropped, and it is the line that is lost, not the supervisor.
 */
export interface FarSide {
  readonly host: string;
  /** No supervisor runs there any more. */
  readonly nobody: boolean;
  /** Why there is no line at the moment. */
  readonly problem: string | undefined;
  /** A data connection, in place of one to the socket; it closes if there is no line. */
  openData(): Duplex;
  /** So many bytes of what was typed came too late there, and were dropped. */
  onDropped: ((bytes: number) => void) | undefined;
}

/** What an attachment works with; the terminal and the scanner outlive it. */
export interface AttachContext {
  readonly paths: StatePaths;
  readonly terminal: UserTerminal;
  readonly keys: KeyScanner;
  readonly sshAuthSock: string | undefined;
  readonly scrollbackOnAttach: ScrollbackOnAttach;
  /** Undefined: the session is on this machine. */
  readonly far: FarSide | undefined;
  /** The detach key as users know it; undefined if there is none. */
  readonly detachLabel: string | undefined;
}
