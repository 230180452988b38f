/** Finds where the cursor of an unfinished command line is, and so what can stand there. */
import {
  type Command,
  type Completes,
  type Flag,
  findCommand,
  flagOf,
  takesNext,
} from '../command-spec.ts';

/** What can stand in place of the word at the cursor. */
export interface Slot {
  readonly wants: Completes | 'flag' | 'codex-flag' | 'file' | undefined;
  /** The beginning of the word that each candidate keeps: `--key=`, `idle,`. */
  readonly kept: string;
  /** Values already given in this place, which are not offered again. */
  readonly given: readonly string[];
  /** The command; undefined while it is being typed itself. */
  readonly command: Command | undefined;
  /** The value of `--cwd`, the directory whose project counts. */
  readonly cwd: string | undefined;
}

/**
 * @param words the words before the one at the cursor, without the program's name
 * @param current what is typed of the word at the cursor, without quotes
 */
export function slotOf(
  words: readonly string[],
  current: string,
  commands: readonly Command[],
): Slot {
  const name = words.find((word) => !word.startsWith('-'));
  const command = name === undefined ? undefined : findCommand(commands, name);
  const nowhere = { kept: '', given: [], command, cwd: undefined };
  if (name === undefined)
    return { ...nowhere, wants: current.startsWith('-') ? 'flag' : 'command' };
  if (!command) return { ...nowhere, wants: undefined };
  return slotWithin(command, words.slice(words.indexOf(name) + 1), current);
}

function slotWithin(command: Command, words: readonly string[], current: string): Slot {
  const read = readWords(command, words);
  const { flags, positionals, pending, dashes } = read;
  const slot = { kept: '', given: [], command, cwd: read.cwd };
  if (dashes && command.passthrough !== undefined)
    return { ...slot, given: words, wants: current.startsWith('-') ? 'codex-flag' : 'file' };
  if (pending) return valueSlot(slot, pending, '', current);
  const [, typed] = /^(--[^=]+=)/.exec(current) ?? [];
  const assigned = typed === undefined || dashes ? undefined : flagOf(command, typed);
  if (assigned && typed) return valueSlot(slot, assigned, typed, current);
  if (current.startsWith('-') && !dashes) return { ...slot, wants: 'flag', given: flags };
  const { args = [] } = command;
  const last = args.at(-1);
  const argument = args[positionals.length] ?? (last?.variadic ? last : undefined);
  return { ...slot, wants: argument?.completes, given: positionals };
}

interface ReadWords {
  /** Names of flags that are given already and may be given only once. */
  readonly flags: readonly string[];
  readonly positionals: readonly string[];
  /** The flag whose value comes next. */
  readonly pending: Flag | undefined;
  /** A `--` has been typed. */
  readonly dashes: boolean;
  readonly cwd: string | undefined;
}

function readWords(command: Command, words: readonly string[]): ReadWords {
  const flags: string[] = [];
  const positionals: string[] = [];
  let pending: Flag | undefined;
  let cwd: string | undefined;
  const take = (flag: Flag, value: string) => {
    if (flag.completes === 'directory') cwd = value;
  };
  for (const [at, word] of words.entries()) {
    if (pending) {
      take(pending, word);
      pending = undefined;
    } else if (word === '--')
      return {
        ...{ flags, pending, cwd, dashes: true },
        positionals: [...positionals, ...words.slice(at + 1)],
      };
    else if (word.startsWith('-') && word !== '-') {
      const flag = flagOf(command, word);
      if (!flag) continue;
      if (flag.type !== 'strings') flags.push(nameOf(command, flag));
      if (takesNext(flag, word)) pending = flag;
      else if (word.includes('=')) take(flag, word.slice(word.indexOf('=') + 1));
    } else positionals.push(word);
  }
  return { flags, positionals, pending, dashes: false, cwd };
}

function nameOf({ flags = {} }: Command, flag: Flag): string {
  return Object.keys(flags).find((name) => flags[name] === flag) ?? '';
}

function valueSlot(slot: Omit<Slot, 'wants'>, flag: Flag, before: string, current: string): Slot {
  const typed = current.slice(before.length);
  const listed = flag.commas ? typed.slice(0, typed.lastIndexOf(',') + 1) : '';
  const given = listed.split(',').filter(Boolean);
  return { ...slot, wants: flag.completes, kept: before + listed, given };
}
