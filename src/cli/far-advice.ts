/**
 * Adds the host to the session names in command lines that messages about another machine advise, so that
 * they can be typed where the user is. The process there does that; what is said here, for instance while
 * attached, is changed here.
 */
import { type Command, findCommand, flagOf, takesNext } from './command-spec.ts';
import { COMMANDS } from './command-table.ts';
import { namesOf } from './far-words.ts';

/** Not after a variable that is set for it, or after ssh: these command lines stay as they are. */
const BEGINNING = /(?<![\w/.-])(?<!=\S* )(?<!\bssh \S+ )codex-sessions (?=[a-z])/g;
/**
 * Advised command lines of other programs, all meant for that machine; none that the shell there would
 * expand again.
 */
const OTHERS = /(?<=^\s*|: |; )(?:kill (?:-CONT )?\d|loginctl |npm i |chmod \S+ '[\w./-]+')/gm;
/**
 * A word as shellWords() writes it; an unquoted one contains no quote, which would end the quotation of the
 * command.
 */
const WORD = /^(?:'(?:[^']|'\\'')*'|"[^"\n]*"|[^\s"'`]+)/;
/** Punctuation of the sentence around it. */
const END_OF_COMMAND = /[.,;:?!)]+$/;

interface Word {
  readonly text: string;
  /** Its position in the whole text. */
  readonly at: number;
}

/**
 * `text` with our command lines as typed on a machine that calls the other one `host`; `isThere`: with
 * those of other programs as well. What already has the host stays as it is.
 */
export function typedElsewhere(text: string, host: string, isThere = true): string {
  const inserts = [...text.matchAll(BEGINNING)].flatMap((match) =>
    insertsFor(wordsFrom(text, match.index + match[0].length), match.index, host),
  );
  for (const { index: at } of isThere ? text.matchAll(OTHERS) : [])
    inserts.push({ at, insert: `ssh ${host} ` });
  let result = text;
  for (const { at, insert } of inserts.sort((a, b) => b.at - a.at))
    result = result.slice(0, at) + insert + result.slice(at);
  return result;
}

/** The words of the command line that begins at `from`, up to where the sentence goes on. */
function wordsFrom(text: string, from: number): Word[] {
  const words: Word[] = [];
  for (let at = from; ; ) {
    const [word] = WORD.exec(text.slice(at)) ?? [];
    if (word === undefined) return words;
    const plain = /^['"]/.test(word) ? word : word.replace(END_OF_COMMAND, '');
    if (plain !== '') words.push({ text: plain, at });
    at += word.length;
    if (plain !== word || text[at] !== ' ') return words;
    at += 1;
  }
}

interface Insert {
  readonly at: number;
  readonly insert: string;
}

/** `from`: the position of the program's name. */
function insertsFor(words: readonly Word[], from: number, host: string): Insert[] {
  const [first, ...rest] = words;
  const command = first && findCommand(COMMANDS, first.text);
  if (!command) return [];
  const named = namesOf(command.name);
  // It is for the machine as a whole.
  if (named === undefined) return [{ at: from, insert: `ssh ${host} ` }];
  const names = positionals(command, rest);
  if (names.some(({ text }) => text.replace(/^['"]/, '').startsWith(`${host}/`))) return [];
  const end = (words.at(-1)?.at ?? 0) + (words.at(-1)?.text.length ?? 0);
  if (names.length === 0) return [{ at: end, insert: ` ${host}/` }];
  if (named === 'host' || named === 'query')
    return [{ at: names[0]?.at ?? end, insert: `${host}/ ` }];
  return names
    .slice(0, named === 'all' ? names.length : 1)
    .map(({ at, text }) => ({ at: at + (/^['"]/.test(text) ? 1 : 0), insert: `${host}/` }));
}

function positionals(command: Command, words: readonly Word[]): Word[] {
  const found: Word[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    if (!word) break;
    if (word.text === '--') {
      if (command.passthrough !== undefined) break;
      return [...found, ...words.slice(index + 1)];
    }
    if (!word.text.startsWith('-')) found.push(word);
    else {
      const flag = flagOf(command, word.text);
      if (flag && takesNext(flag, word.text)) index += 1;
    }
  }
  return found;
}
