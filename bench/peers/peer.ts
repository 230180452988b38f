/** What the bench needs to know of a multiplexer: how its commands are called. */
import { spawnSync } from 'node:child_process';
import type { Command } from '../terminal.ts';

/** Where one run of a peer keeps its things. */
export interface Place {
  /** Short and empty. */
  readonly dir: string;
  /** Runs its arguments, or what BENCH_PROGRAM says; answers --help with nothing. */
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
  /** Looks on: its terminal answers nothing. */
  watch?(session: string): Command;
  /** Makes and attaches in one. */
  startAttached?(session: string, program: readonly string[]): Command;
  /** Any command of codex-sessions. */
  any?(args: readonly string[]): Command;
  readonly list?: Command;
  readonly killAll?: Command;
  /** Prints a line for each change of a session's status. */
  readonly events?: Command;
  /** Environment of the process that shows a session without attaching: previewer.ts. */
  readonly preview?: Readonly<Record<string, string>>;
  /** The process that holds all terminals, and that others follow when it is killed. */
  holder?(): number | undefined;
  /** Whether this is the command line of a process that holds terminals, not of a client. */
  holds(command: string): boolean;
}

/** The version that a program tells, whatever its exit code; undefined when it is not there. */
export function versionOf(file: string, argument: string): string | undefined {
  const { error, stdout, stderr } = spawnSync(file, [argument], { encoding: 'utf8' });
  return error ? undefined : (/\d+\.[\w.]+/.exec(stdout + stderr)?.[0] ?? 'unknown');
}
