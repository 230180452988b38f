/**
 * The description of a command. Both parsers, the help and the types of the options of `run` derive from
 * it, so they cannot drift apart.
 */

/**
 * What shells offer for a value: sessions (`running`, `asking`, `attached` to a terminal, `ended`,
 * or `any`), something else that is looked up, or the values themselves with their meaning.
 */
export type Completes =
  | SessionKind
  | 'command'
  | 'conversation'
  | 'directory'
  | 'key'
  | 'project'
  | Readonly<Record<string, string>>;
export type SessionKind = 'running' | 'asking' | 'attached' | 'ended' | 'any';

interface FlagBase {
  /** A letter, without the dash. */
  readonly short?: string;
  readonly help: string;
  readonly completes?: Completes;
  /** Takes several of these values, separated by commas. */
  readonly commas?: true;
}

export type Flag = FlagBase &
  (
    | { readonly type: 'boolean' }
    /** `value` names the value in help; `strings` may be given more than once. */
    /** May have one of the values after `=`; alone it means the first of them. */
    | { readonly type: 'optional'; readonly value: string; readonly choices: readonly string[] }
    | { readonly type: 'string' | 'strings' | 'integer' | 'duration'; readonly value: string }
  );
export type Flags = Readonly<Record<string, Flag>>;

type ValueOf<F extends Flag> = F['type'] extends 'boolean'
  ? boolean
  : F extends { readonly choices: readonly (infer C)[] }
    ? C | undefined
    : F['type'] extends 'strings'
      ? readonly string[]
      : (F['type'] extends 'string' ? string : number) | undefined;

/** The options of `run`: every flag, under its name in camel case; durations in milliseconds. */
export type OptionsOf<F extends Flags> = {
  readonly [K in keyof F as CamelCase<K & string>]: ValueOf<F[K]>;
};
type CamelCase<S extends string> = S extends `${infer A}-${infer B}`
  ? `${A}${Capitalize<CamelCase<B>>}`
  : S;

export type Value = boolean | string | number | readonly string[] | undefined;
export type Options = Readonly<Record<string, Value>>;

export interface Argument {
  readonly name: string;
  readonly help: string;
  readonly required?: boolean;
  /** Takes all remaining arguments; only for the last one. */
  readonly variadic?: boolean;
  /** Any text; if it begins with a dash, it has to follow `--`. */
  readonly text?: boolean;
  readonly completes?: Completes;
}

/** @returns the exit code */
export type Run<O = Options> = (
  options: O,
  positionals: readonly string[],
  passthrough: readonly string[],
) => Promise<number>;

interface Description<F extends Flags> {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Called by programs only: help does not list it. */
  readonly hidden?: boolean;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** Additional text for the command's own help. */
  readonly details?: string;
  readonly args?: readonly Argument[];
  readonly flags?: F;
  /** Name in help for arguments after `--`, which are passed on. Without it they are plain arguments. */
  readonly passthrough?: string;
  /** What to do instead of giving it more arguments, or Codex's options; one line. */
  readonly instead?: string;
  /** Command lines, without the program's name, and what they do. */
  readonly examples?: readonly (readonly [line: string, does: string])[];
}

export interface Command extends Description<Flags> {
  readonly load: () => Promise<{ readonly run: Run }>;
}

/** Checks the options that `run` takes against the described flags. */
export function command<const F extends Flags>(
  description: Description<F> & { load: () => Promise<{ readonly run: Run<OptionsOf<F>> }> },
): Command {
  return description as unknown as Command;
}

export interface Parsed {
  readonly command: Command;
  readonly options: Options;
  readonly positionals: readonly string[];
  readonly passthrough: readonly string[];
}

export function findCommand(commands: readonly Command[], name: string): Command | undefined {
  return commands.find((c) => c.name === name || c.aliases?.includes(name));
}

/** The flag that `word` names; for several short flags in one word, the last. */
export function flagOf({ flags = {} }: Pick<Command, 'flags'>, word: string): Flag | undefined {
  const [name = ''] = word.split('=');
  if (name.startsWith('--')) return flags[name.slice(2)];
  const letters = [...name.slice(1)].map((letter) =>
    Object.values(flags).find(({ short }) => short === letter),
  );
  const first = letters.findIndex((flag) => flag?.type !== 'boolean');
  return first < 0 ? letters.at(-1) : letters[first];
}

/** Whether `flag`, named by `word`, has its value in the next word. */
export function takesNext(flag: Flag, word: string): boolean {
  if (flag.type === 'boolean' || flag.type === 'optional' || word.includes('=')) return false;
  return word.startsWith('--') || word.at(-1) === flag.short;
}

export function camelCase(flag: string): string {
  return flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** The value of an option that is not given. */
export function defaultOf(flag: Flag): Value {
  return flag.type === 'boolean' ? false : flag.type === 'strings' ? [] : undefined;
}

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The value of a flag, undefined if the text is invalid. A duration without a unit is in seconds. */
export function readValue(flag: Flag, text: string): string | number | undefined {
  switch (flag.type) {
    case 'integer':
      return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
    case 'duration': {
      const [, count, unit] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/.exec(text) ?? [];
      return count === undefined ? undefined : Number(count) * (UNIT_MS[unit ?? 's'] ?? 1_000);
    }
    case 'optional':
      return flag.choices.find((choice) => choice === text);
    default:
      return text;
  }
}

/** Splits at the first `--`; options are only looked for before it. */
export function splitAtDashes(argv: readonly string[]): {
  head: readonly string[];
  tail: readonly string[];
} {
  const at = argv.indexOf('--');
  return at < 0 ? { head: argv, tail: [] } : { head: argv.slice(0, at), tail: argv.slice(at + 1) };
}
