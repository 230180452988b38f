/** A command line that is for another machine. */
export interface FarCommand {
  readonly host: string;
  readonly command: string;
  /** The command with its arguments, as it is to run there. */
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** How many arguments stand before `--`, not counting a host alone. */
  readonly count: number;
}
