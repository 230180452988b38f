/** Quotes words of a command line, as a user would type them into a shell. */

/** Needs no quotes. */
const PLAIN = /^[\w@%+=:,./-]+$/;
/** Is special to a shell even within double quotes. */
const SPECIAL = /["$`\\!]/;

export function shellWords(words: readonly string[]): string {
  return words.map(quoted).join(' ');
}

function quoted(word: string): string {
  if (PLAIN.test(word)) return word;
  return SPECIAL.test(word) ? `'${word.replaceAll("'", "'\\''")}'` : `"${word}"`;
}
