/** What the bench needs to know of a multiplexer: its command lines. */
import { spawnSync } from 'node:child_process';
import type { Command } from '../terminal.ts';

/** Where one run of a peer keeps its files. */
export interface Place {
  /** Short and empty. */
  readonly dir: string;
  /** Runs its arguments, or the command in BENCH_PROGRAM; with --help it prints nothing. */
  readonly standIn: string;
}

export interface Peer {
  readonly name: string;
  /** Undefined when it is not installed. */
  version(): string | undefined;
  /** Undefined for a bare PTY, which has no commands. */
  commands?(place: Place): PeerCommands;
}

export interface PeerCommands {
  /** In the background. */
  start(session: string, program: readonly string[]): Command;
  attach(session: string): Command;
  /** Attaches read-only: its terminal answers no queries. */
  watch?(session: string): Command;
  /** Starts and attaches in one command. */
  startAttached?(session: string, program: readonly string[]): Command;
  /** Any command of codex-sessions. */
  any?(args: readonly string[]): Command;
  readonly list?: Command;
  readonly killAll?: Command;
  /** Prints a line for each change of a session's status. */
  readonly events?: Command;
  /** Environment of the process that shows a session without attaching: previewer.ts. */
  readonly preview?: Readonly<Record<string, string>>;
  /** The process that holds all terminals; if it is killed, a successor takes over. */
  holder?(): number | undefined;
  /** Whether this is the command line of a process that holds terminals, not of a client. */
  holds(command: string): boolean;
}

/** The version that a program prints, whatever its exit code; undefined if it is not installed. */
export function versionOf(file: string, argument: string): string | undefined {
  const { error, stdout, stderr } = spawnSync(file, [argument], { encoding: 'utf8' });
  return error ? undefined : (/\d+\.[\w.]+/.exec(stdout + stderr)?.[0] ?? 'unknown');
}
