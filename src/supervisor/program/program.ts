/**
 * The interface to the program in a session. `main.ts` chooses the kind of program; nothing else in
 * the supervisor may depend on it.
 */

import type { Question } from '../../protocol/question.ts';

/** A question on a program's screen. `digest` does not depend on which choice is selected. */
export type QuestionRead = Omit<Question, 'fingerprint'> & { readonly digest: string };

/** The status that a program reports. */
export interface ProgramStatus {
  readonly status: string;
  /**
   * What a program waits for while it is blocked, or before it has begun, if known: permission,
   * question, auth.
   */
  readonly reason?: string;
  /** The program's own text, safe to show. */
  readonly message?: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** When the present turn began, in milliseconds since the epoch. */
  readonly turnSince?: number;
  /** Where the status is from. */
  readonly source: string;
  /** Whether a user has looked since. */
  readonly seen: boolean;
  /** Blocked, and the question is on the screen and takes keys (a moment after `blocked`). */
  readonly asking: boolean;
}

/** One report or title, for `explain`. */
export interface ProgramEvent {
  readonly at: number;
  readonly source: string;
  readonly said: string;
  readonly status: string;
}

/** `facts`: the conversation's directory, or whether it has had a turn. */
export type ProgramChange = 'status' | 'conversation' | 'title' | 'facts';

/** One running program. Every method returns at once and never throws. */
export interface ProgramObserver {
  /** The body of an OSC 7501 sequence (between `7501;` and the terminator). */
  onReport(body: Uint8Array): void;
  /** A title as the program set it; may be called at any rate. */
  onTitle(title: string): void;
  /** A client has looked. */
  seen(): void;
  /** Whether a client is looking from now on; while one is, each status is seen at once. */
  watch(on: boolean): void;
  /** The process has ended. */
  exited(): void;
  /** Undefined if the program has none. */
  readonly status: ProgramStatus | undefined;
  /** The id of the conversation, for resuming it later. */
  readonly conversation: string | undefined;
  /** Where the conversation was last; undefined while unknown. Any absolute path. */
  readonly directory: string | undefined;
  /**
   * Whether the conversation has had a turn, without which it cannot be resumed; undefined if
   * unknown.
   */
  readonly hadTurn: boolean | undefined;
  /** What the program says it is about; safe to show. */
  readonly displayTitle: string | undefined;
  /** Per cent of the model's context window that is left, if known; changes without `onChange`. */
  readonly contextLeft: number | undefined;
  /** The last title has the form that we configured, which is not meant for users. */
  readonly titleIsOurs: boolean;
  /**
   * The question that these rows of its screen show, from top to bottom; undefined if there is
   * none.
   */
  readQuestion(rows: readonly string[]): QuestionRead | undefined;
  /** The body of the reply to the OSC 7501 query; undefined: no reply. */
  replyToStatusQuery(): string | undefined;
  explain(): readonly ProgramEvent[];
  /** Plain data from which the successor's observer continues; see ProgramContext.dump. */
  dump(): unknown;
  /** Called after each single change, in order; the getters then return the new state. */
  onChange: ((change: ProgramChange) => void) | undefined;
  /** Afterwards `onChange` is not called and no timer runs. */
  dispose(): void;
}

export interface ProgramContext {
  readonly pid: number;
  readonly env: Readonly<Record<string, string>>;
  /** The program's version, if known, and its arguments. */
  readonly version?: string | undefined;
  readonly args?: readonly string[];
  now(): number;
  /** When it first and last showed text (ms since the epoch); undefined: not yet. */
  shown?(): { readonly firstAt: number; readonly lastAt: number } | undefined;
  /** For the supervisor's log. */
  log?(message: string): void;
  /** The conversation that the program was started to resume, if any. */
  readonly conversation?: string | undefined;
  /** At a take-over: from {@link ProgramObserver.dump} in the predecessor. */
  readonly dump?: unknown;
  /** The program may have reported more since: its status is unknown until it reports again. */
  readonly stale?: boolean | undefined;
}

export interface ProgramKind {
  observe(context: ProgramContext): ProgramObserver;
}
