/** What the supervisor sends on a control connection: replies to requests, and notifications. */
import type { Question } from './question.ts';
import type { Exit, SessionInfo } from './session-info.ts';

/** Why a request was refused. `hint` says in one line what to do. */
export interface Refusal {
  readonly type: 'refused';
  readonly id: number;
  readonly code:
    | 'unknown-type'
    | 'bad-message'
    | 'no-such-session'
    | 'already-live'
    | 'limit'
    | 'spawn-failed'
    | 'no-data-socket'
    | 'leaving'
    | 'hand-over-failed'
    | 'maybe-typed'
    | 'no-question'
    | 'other-question'
    | 'no-such-choice'
    | 'not-taken'
    | 'internal';
  readonly message: string;
  readonly hint?: string;
  /** Of a `type` that is `not-taken`. */
  readonly taken?: PartTaken;
}

/** What a program's terminal has taken of a script's input before the time limit. */
export interface PartTaken {
  readonly bytes: number;
  /** It still took some, but too slowly. */
  readonly slowly: boolean;
}

/** The terminal modes that decide how text and keys are sent. */
export interface InputModes {
  readonly bracketedPaste: boolean;
  readonly applicationCursor: boolean;
  readonly kittyFlags: number;
}

/** What has changed about a session. */
export type SessionEventKind =
  | 'started'
  | 'status'
  | 'title'
  | 'conversation'
  | 'directory'
  | 'attached'
  | 'detached'
  | 'renamed'
  | 'exited';

/** A change, with the session as it was right after it. */
export interface SessionEvent {
  readonly type: 'event';
  /** Counts all events; continues after a hand-over. */
  readonly seq: number;
  readonly at: string;
  readonly event: SessionEventKind;
  readonly session: SessionInfo;
  /** The previous full name of a renamed session. */
  readonly previous?: string;
}

/** One of the reports that led to a session's status, of which the oldest comes first. */
export interface StatusEvent {
  /** ISO 8601. */
  readonly at: string;
  /** `osc7501`, `title`, `client`, `clock`, `exit`. */
  readonly source: string;
  /** The report, safe to show. */
  readonly said: string;
  /** The status after it. */
  readonly status: string;
}

/** What happens to the sessions if the supervisor dies. */
export interface GuardInfo {
  /**
   * `on`: a guard waits, and they go on. `starting`: it is started within a second. `off`: they end
   * with the supervisor; `reason` says why.
   */
  readonly state: 'on' | 'starting' | 'off';
  readonly reason?: string;
  readonly pid?: number;
  /** Number of supervisors that have died while these sessions went on. */
  readonly deaths: number;
  /** ISO 8601; when the death of the last one was noticed. */
  readonly lastDeathAt?: string;
}

/** Counts of bytes that a client has typed, from the beginning of its attachment. */
export interface TypedBytes {
  /** The supervisor had read this many: what came after them was never typed. */
  readonly taken: number;
  /**
   * This many were certainly written to the PTY; for those between this and `taken` it is unknown.
   */
  readonly given: number;
}

/** Answers carry the request's `id`. */
export type Reply =
  | {
      readonly type: 'sessions';
      readonly id: number;
      readonly sessions: readonly SessionInfo[];
      /** Not sent by a supervisor before 0.2: with that, the sessions end when it dies. */
      readonly guard?: GuardInfo;
    }
  | {
      readonly type: 'started';
      readonly id: number;
      readonly created: boolean;
      readonly session: SessionInfo;
    }
  | {
      readonly type: 'attached';
      readonly id: number;
      readonly session: SessionInfo;
      /**
       * For an attachment that goes on: what its supervisor had received when it died, if that is
       * known.
       */
      readonly typed?: TypedBytes;
    }
  | {
      readonly type: 'explained';
      readonly id: number;
      readonly session: SessionInfo;
      readonly events: readonly StatusEvent[];
    }
  | { readonly type: 'done'; readonly id: number }
  | { readonly type: 'killed'; readonly id: number; readonly fullNames: readonly string[] }
  | { readonly type: 'subscribed'; readonly id: number; readonly sessions: readonly SessionInfo[] }
  | {
      readonly type: 'described';
      readonly id: number;
      readonly session: SessionInfo;
      readonly input: InputModes;
    }
  | {
      readonly type: 'screen';
      readonly id: number;
      readonly session: SessionInfo;
      readonly lines: readonly string[];
    }
  | {
      readonly type: 'question';
      readonly id: number;
      readonly session: SessionInfo;
      /** Null if nothing is asked, or nothing that is readable. */
      readonly question: Question | null;
    }
  | { readonly type: 'answered'; readonly id: number; readonly session: SessionInfo }
  | {
      readonly type: 'handed-over';
      readonly id: number;
      readonly protocol: number;
      readonly version: string;
      readonly pid: number;
      readonly sessions: number;
    }
  | Refusal;

/** What a leaving client needs to restore its terminal; `restore` is base64. */
export interface Farewell {
  /** What the session is called now, without its project, as it may have been renamed. */
  readonly name?: string;
  readonly offset: number;
  readonly restore: string;
  /** Number of the program's queries for the terminal's attributes (DA1) that are still unanswered. */
  readonly openAttributes?: number;
  /**
   * What the program draws for, if this terminal is of the other kind and the program cannot be
   * told.
   */
  readonly drawnFor?: 'dark' | 'light';
}

/**
 * The bottom of a session's screen, ending with the last line that is not empty. Runs of empty
 * lines are shortened if not all lines would fit.
 */
export interface ScreenCapture {
  /** The size of the session's terminal. */
  readonly cols: number;
  readonly rows: number;
  /**
   * Cut at the right. Each begins and ends without attributes, and its only control sequences are
   * SGR.
   */
  readonly lines: readonly string[];
  /** Number of lines above them on the screen, counted from the first that is not empty. */
  readonly above: number;
  /** Index of its line, and its column from 0; only if the cursor is visible there. */
  readonly cursor: { readonly x: number; readonly y: number } | null;
}

/**
 * For the session that the connection follows by `preview`, with its present name: the first at
 * once, then one for each change, at most {@link PREVIEWS_PER_SECOND}. `ended` is the last.
 */
export type PreviewNotice = {
  readonly type: 'preview';
  readonly fullName: string;
} & ({ readonly picture: ScreenCapture } | { readonly ended: true });

/**
 * Messages that the supervisor sends unasked. `offset` is a number of bytes of the data connection: the
 * message takes effect when that many have been shown.
 */
export type Notification =
  /**
   * The current restore sequence (base64), in case the supervisor dies. `alternate`: for a terminal that
   * shows the alternate screen.
   */
  | { readonly type: 'way-back'; readonly restore: string; readonly alternate: boolean }
  /**
   * Kept by the client, which sends it with `resumes` if the supervisor dies; the last one counts.
   */
  | { readonly type: 'keep'; readonly state: string }
  /** Direct output begins at `offset`, once the client has sent `lent`. */
  | { readonly type: 'borrow'; readonly offset: number }
  /** Direct output has switched the terminal to the alternate screen, or back. */
  | { readonly type: 'alternate'; readonly on: boolean }
  /** Direct output has ended; the rest follows on the data connection. `final`: do not offer it again. */
  | { readonly type: 'returned'; readonly final: boolean }
  | {
      readonly type: 'welcome';
      readonly protocol: number;
      readonly version: string;
      readonly pid: number;
      /**
       * What the supervisor can see of the machine (platform/world.ts), if known; not sent by a
       * supervisor before 0.2.
       */
      readonly world?: string;
      readonly features: readonly string[];
    }
  | ({ readonly type: 'ended'; readonly exit: Exit } & Farewell)
  | ({ readonly type: 'detached'; readonly by: 'self' | 'other' } & Farewell)
  | PreviewNotice
  | SessionEvent;

export type ServerMessage = Reply | Notification;
