/** A command line that is for another machine. */
export interface FarCommand {
  readonly host: string;
  readonly command: string;
  /** The command as it is to run there, with its arguments. */
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** How many arguments stand before `--`, without a host that stands alone. */
  readonly count: number;
}
