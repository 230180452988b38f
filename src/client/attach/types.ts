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

/** Input that did not arrive: typed while there was no supervisor, and (perhaps) before. */
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
  /**
   * The supervisor is gone. `late`: another one has taken its place, but did not answer in time.
   */
  | ({ readonly type: 'lost'; readonly late: boolean } & Partial<Untold>)
  /** The terminal has gone, or a signal asked this process to end. */
  | { readonly type: 'signal'; readonly signal: NodeJS.Signals };

export type AttachRequest =
  | {
      readonly type: 'start';
      readonly spec: SessionSpec;
      /** As in a plan: the conversation that Codex may not open. */
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
 * The other machine, for a session that is not on this one. There this terminal means nothing,
 * input is dropped while there is no connection, and if something is lost, it is the connection and
 * not the supervisor.
 */
export interface FarSide {
  readonly host: string;
  /** No supervisor is running there any more. */
  readonly nobody: boolean;
  /** Why there is no connection at the moment. */
  readonly problem: string | undefined;
  /** A new connection needs an answer from the user, who cannot be asked while attached. */
  readonly asks: boolean;
  /** A shared connection exists, made by another command that could ask. */
  readonly isShared: boolean;
  /**
   * A data connection, instead of one to the socket; it closes if the other machine cannot be
   * reached.
   */
  openData(): Duplex;
  /** How a session ended that is not running any more; undefined if that is not known in time. */
  endOf(session: SessionInfo): Promise<Exit | undefined>;
  /** This many bytes of input arrived there too late, and were dropped. */
  onDropped: ((bytes: number) => void) | undefined;
}

/** What all attachments of a terminal work with. */
export interface TerminalContext {
  readonly terminal: UserTerminal;
  readonly keys: KeyScanner;
  readonly scrollbackOnAttach: ScrollbackOnAttach;
  /** The detach key as users write it; undefined if there is none. */
  readonly detachLabel: string | undefined;
}

/** What an attachment works with; the terminal and the scanner outlive it. */
export interface AttachContext extends TerminalContext {
  readonly paths: StatePaths;
  readonly sshAuthSock: string | undefined;
  /** Undefined: the session is on this machine. */
  readonly far: FarSide | undefined;
}
