/** What a program's terminal needs of the supervisor, and what it tells its session. */
import type { Exit } from '../../protocol/messages.ts';
import type { Log } from '../../store/log.ts';
import type { ProgramChange, ProgramKind } from './program.ts';
import type { TerminalColors } from './terminal-colors.ts';
import type { TerminalQuery } from './terminal-query.ts';

export interface TerminalContext {
  readonly log: Log;
  readonly program: ProgramKind;
  readonly colors: TerminalColors;
}

export interface TerminalHandlers {
  /** Called before much output is read. */
  onReading(): void;
  /** Called before each chunk of output is scanned. */
  onOutput(chunk: Uint8Array): void;
  /** Output for the clients, in order; titles that are not for users are replaced. */
  onShow(bytes: Uint8Array): void;
  /** After each chunk of output has been shown. */
  onShown(): void;
  /** Called when the terminal has another size. */
  onResized(): void;
  /** The screen model has fallen behind the program, or has caught up. */
  onBehind(behind: boolean): void;
  /** All queued input has been accepted. */
  onInputTaken(): void;
  /** Each single change that the program reports, in order. */
  onChanged(change: ProgramChange): void;
  /** After the last byte. */
  onExit(exit: Exit): void;
  /** The program has sent this query, which the clients' terminals receive too. */
  onAsked(query: TerminalQuery): void;
  /** Whether a terminal is attached that will reply to queries. */
  hasTerminal(): boolean;
}
