/**
 * Suggests the right command line where arguments meant for another program, or a text, are in the
 * wrong place.
 */
import { CODEX_FLAGS, HIDDEN_FLAGS } from '../codex/flags.ts';
import { shellWords } from '../terminal/shell-words.ts';
import { type Command, flagOf, takesNext } from './command-spec.ts';

/**
 * What to type instead, if the arguments that do not belong before `--` may be meant to follow it;
 * undefined otherwise. `head` begins with the command; `tail` was after `--`.
 */
export function corrected(
  command: Command,
  head: readonly string[],
  tail: readonly string[],
): string | undefined {
  const takesText = command.args?.at(-1)?.text === true;
  if (command.passthrough === undefined && !takesText) return undefined;
  const { ours, theirs } =
    command.passthrough === undefined ? textOf(command, head) : sorted(command, head);
  if (theirs.length === 0) return undefined;
  return shellWords(['codex-sessions', ...ours, '--', ...theirs, ...tail]);
}

/** Whether Codex has this option: then it is not one of ours, misspelt. */
export function isOfCodex(option: string): boolean {
  const [name = ''] = option.split('=');
  return CODEX_FLAGS.has(name) || HIDDEN_FLAGS.has(name);
}

interface Sorted {
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
}

/** Our options, and as many words as the command takes, stay. */
function sorted(command: Command, head: readonly string[]): Sorted {
  const { args = [] } = command;
  const most = args.at(-1)?.variadic ? Number.POSITIVE_INFINITY : args.length;
  const ours = head.slice(0, 1);
  const theirs: string[] = [];
  let words = 0;
  for (let at = 1; at < head.length; at += 1) {
    const word = head[at] ?? '';
    const isOption = /^-./.test(word);
    const flag = isOption ? flagOf(command, word) : undefined;
    const isOurs = isOption ? flag !== undefined : words < most;
    const to = isOurs ? ours : theirs;
    to.push(word);
    if (!isOption) words += isOurs ? 1 : 0;
    else if (flag ? takesNext(flag, word) : CODEX_FLAGS.get(word))
      to.push(...head.slice(++at, at + 1));
  }
  return { ours, theirs };
}

/** The text begins at the first option that is not ours. */
function textOf(command: Command, head: readonly string[]): Sorted {
  const at = head.findIndex((word) => /^-./.test(word) && !flagOf(command, word));
  return at < 0 ? { ours: head, theirs: [] } : { ours: head.slice(0, at), theirs: head.slice(at) };
}
