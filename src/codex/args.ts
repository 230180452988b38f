/**
 * The arguments that a session's Codex is started with. Tested with 0.169: options are accepted before
 * and after a subcommand, and the last `-c` for a key wins, so ours come first and the user's follow
 * unchanged. `--no-daemon` twice is an error, and so is `--no-daemon --remote`.
 */

import {
  CODEX_COMMANDS,
  CODEX_FLAGS,
  type CodexFlags,
  HIDDEN_FLAGS,
  RESUME_FLAGS,
} from './flags.ts';
import type { Probe } from './probe-cache.ts';
import { setsTitle, TITLE_ARGS } from './title.ts';

export interface CodexArgs {
  /** The user's arguments, as typed. */
  readonly userArgs: readonly string[];
  readonly probe: Probe;
  /** Without the background server that sessions otherwise share. */
  readonly isolate: boolean;
  /** Put state and conversation into the terminal title. */
  readonly title: boolean;
  /** Where a conversation goes on; undefined: Codex asks if it was last in another directory. */
  readonly cwd: string | undefined;
  /** UUID of a conversation to continue. */
  readonly resume?: string | undefined;
  /** UUID of a conversation to fork. */
  readonly fork?: string | undefined;
  /** With `resume` or `fork`: `userArgs` belong to this start, so a prompt in them is submitted. */
  readonly withPrompt?: boolean | undefined;
}

export function codexArgs(args: CodexArgs): string[] {
  const known = mergeFlags(args.probe.flags);
  const user = scan(args.userArgs, known);
  const given = (flag: string) => user.options.some(({ name }) => name === flag);
  const ours: string[] = [];
  if (args.isolate && args.probe.noDaemon && !given('--no-daemon') && !given('--remote')) {
    ours.push('--no-daemon');
  }
  if (args.title && !user.options.some(isTitleOption)) ours.push(...TITLE_ARGS);
  const conversation = args.resume ?? args.fork;
  if (conversation === undefined) return [...ours, ...args.userArgs];
  const command = args.resume === undefined ? 'fork' : 'resume';
  const options = kept(user);
  const cd = args.cwd === undefined || user.options.some(isDirectory) ? [] : ['-C', args.cwd];
  if (args.withPrompt) return [...ours, command, conversation, ...cd, ...args.userArgs];
  return [...ours, ...options, command, conversation, ...cd];
}

/**
 * The options in `args` to resume a conversation with: without prompt, images, the subcommand and its
 * arguments, and options for one start only (`--worktree`, `--last` …). An unknown option is kept as
 * if it took no value. The options of subcommands other than `resume` and `fork` are left out.
 */
export function optionsOnly(args: readonly string[], knownFlags?: CodexFlags): string[] {
  return kept(scan(args, mergeFlags(knownFlags)));
}

/**
 * As {@link optionsOnly}, for a session whose directory has been chosen: without `-C`, which may be
 * relative to another one.
 */
export function optionsElsewhere(args: readonly string[]): string[] {
  const { options, subcommand } = scan(args, mergeFlags(undefined));
  return kept({ options: options.filter((option) => !isDirectory(option)), subcommand });
}

/**
 * As {@link optionsOnly}, for a conversation that begins anew: in a worktree if the first one was
 * to be in one.
 */
export function optionsAnew(args: readonly string[]): string[] {
  const { options } = scan(args, mergeFlags(undefined));
  const worktree = options.filter(({ name }) => name === '--worktree');
  return [...optionsOnly(args), ...worktree.flatMap(({ words }) => words)];
}

/** Whether the arguments name the directory to work in. */
export function directoryIn(args: readonly string[]): boolean {
  return scan(args, mergeFlags(undefined)).options.some(isDirectory);
}

/**
 * What the arguments set in addition to Codex's configuration files: the values of `-c`, in order,
 * and a profile.
 */
export function settingsIn(args: readonly string[]): {
  readonly overrides: readonly string[];
  readonly profile: string | undefined;
} {
  const { options } = scan(args, mergeFlags(undefined));
  const of = (...names: string[]) =>
    options.flatMap(({ name, value }) =>
      names.includes(name) && value !== undefined ? [value] : [],
    );
  return { overrides: of('-c', '--config'), profile: of('-p', '--profile').at(-1) };
}

/** The subcommand in the arguments, if any. */
export function subcommandOf(args: readonly string[], knownFlags?: CodexFlags): string | undefined {
  return scan(args, mergeFlags(knownFlags)).subcommand;
}

interface Option {
  /** As typed: `-m`, `--model`. */
  readonly name: string;
  readonly value?: string;
  readonly words: readonly string[];
}

interface Scanned {
  readonly options: readonly Option[];
  readonly subcommand: string | undefined;
}

const ONE_START_ONLY: ReadonlySet<string> = new Set([
  ...['-i', '--image', '-h', '--help', '-V', '--version', '--worktree'],
  ...RESUME_FLAGS.keys(),
]);

/** Subcommands that take the same options as `codex` itself. */
const SAME_OPTIONS: ReadonlySet<string> = new Set(['resume', 'fork']);

function mergeFlags(probed: CodexFlags | undefined): CodexFlags {
  return new Map([...CODEX_FLAGS, ...RESUME_FLAGS, ...HIDDEN_FLAGS, ...(probed ?? [])]);
}

function isTitleOption({ name, value }: Option): boolean {
  return (name === '-c' || name === '--config') && value !== undefined && setsTitle(value);
}

function isDirectory({ name }: Option): boolean {
  return name === '-C' || name === '--cd';
}

function kept({ options }: Scanned): string[] {
  return options.filter(({ name }) => !ONE_START_ONLY.has(name)).flatMap(({ words }) => words);
}

function scan(args: readonly string[], flags: CodexFlags): Scanned {
  const options: Option[] = [];
  let subcommand: string | undefined;
  let positionals = 0;
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at] ?? '';
    if (word === '--') break;
    if (!/^-./.test(word)) {
      // Only the first word can be a subcommand; after a prompt the same word is text.
      if (positionals === 0 && CODEX_COMMANDS.has(word)) subcommand = word;
      if (subcommand !== undefined && !SAME_OPTIONS.has(subcommand)) break;
      positionals += 1;
      continue;
    }
    const option = optionAt(args, at, flags);
    at += option.words.length - 1;
    options.push(option);
  }
  return { options, subcommand };
}

/** The option that begins at `at`, with the words that belong to it. */
function optionAt(args: readonly string[], at: number, flags: CodexFlags): Option {
  const word = args[at] ?? '';
  const long = /^(--[^=]+)=(.*)$/s.exec(word);
  if (long?.[1] !== undefined) return { name: long[1], value: long[2] ?? '', words: [word] };
  const short = word.slice(0, 2);
  if (!word.startsWith('--') && word.length > 2 && flags.get(short) === true) {
    return { name: short, value: word.slice(2).replace(/^=/, ''), words: [word] };
  }
  if (flags.get(word) !== true) return { name: word, words: [word] };
  const values = valuesAt(args, at + 1, word === '-i' || word === '--image');
  return {
    name: word,
    words: [word, ...values],
    ...(values[0] !== undefined && { value: values[0] }),
  };
}

/** One value; if the option takes `many`, all words up to the next option. */
function valuesAt(args: readonly string[], at: number, many: boolean): readonly string[] {
  if (!many) return args.slice(at, at + 1);
  const end = args.findIndex((word, index) => index >= at && word.startsWith('-'));
  return args.slice(at, end < 0 ? args.length : end);
}
