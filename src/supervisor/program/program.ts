/**
 * All that the supervisor knows of the program in a session. Which kind of program that is, `main.ts`
 * says; nothing else in the supervisor may depend on it.
 */

/** What a program reports that it is doing. */
export interface ProgramStatus {
  readonly status: string;
  /** What a blocked program waits for, where it said so: permission, question, auth. */
  readonly reason?: string;
  /** Its own text, safe to show. */
  readonly message?: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** How it is known. */
  readonly source: string;
  /** A user has looked since. */
  readonly seen: boolean;
  /** It is blocked, and its question is shown and takes keys (a moment after `blocked`). */
  readonly asking: boolean;
}

/** One report or title, for `explain`. */
export interface ProgramEvent {
  readonly at: number;
  readonly source: string;
  readonly said: string;
  readonly status: string;
}

export type ProgramChange = 'status' | 'conversation' | 'title';

/** One running program. Every method returns at once and never throws. */
export interface ProgramObserver {
  /** The body of an OSC 7501 sequence (between `7501;` and its end). */
  onReport(body: Uint8Array): void;
  /** A title as the program set it; may be called at any rate. */
  onTitle(title: string): void;
  /** A client has looked. */
  seen(): void;
  /** Whether a client is looking from now on; while one is, each status is seen at once. */
  watch(on: boolean): void;
  /** The process has ended. */
  exited(): void;
  /** Undefined for a program that has none. */
  readonly status: ProgramStatus | undefined;
  /** The id of the conversation, which can be resumed later. */
  readonly conversation: string | undefined;
  /** Safe to show. */
  readonly displayTitle: string | undefined;
  /** The last title has the form that we configured: for us, not for users. */
  readonly titleIsOurs: boolean;
  /** The body of the reply to the OSC 7501 query; undefined: no reply. */
  replyToStatusQuery(): string | undefined;
  explain(): readonly ProgramEvent[];
  /** Plain data from which the observer of another process goes on; see ProgramContext.dump. */
  dump(): unknown;
  /** Called after each single change, in order; the getters show the state as it is then. */
  onChange: ((change: ProgramChange) => void) | undefined;
  /** No call of `onChange` and no timer after it. */
  dispose(): void;
}

export interface ProgramContext {
  readonly pid: number;
  readonly env: Readonly<Record<string, string>>;
  now(): number;
  /** For the supervisor's log. */
  log?(message: string): void;
  /** The conversation that the program was started with, if it goes on with one. */
  readonly conversation?: string | undefined;
  /** The program runs already, and was observed by another process that dumped this. */
  readonly dump?: unknown;
}

export interface ProgramKind {
  observe(context: ProgramContext): ProgramObserver;
}
