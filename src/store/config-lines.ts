/** Finds the line of a key in a TOML file: the parser gives lines only for syntax errors. */

/** A key, quoted or not, as the next part of a dotted name. */
const KEY_PART = /^\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([\w-]+))\s*(\.?)/;

/** The line, from 1; for a key of an inline table, the line of that table. */
export function lineOf(source: string, keys: readonly string[]): number {
  let table: readonly string[] = [];
  let best = { line: 1, depth: 0 };
  for (const [index, text] of source.split('\n').entries()) {
    const header = /^\s*\[\[?(.*)$/.exec(text)?.[1];
    const names = dotted(header ?? text);
    if (header !== undefined) table = names;
    else if (!/^\s*=/.test(text.slice(dottedLength(text)))) continue;
    const path = header === undefined ? [...table, ...names] : names;
    const fits = path.length > best.depth && path.every((name, i) => name === keys[i]);
    if (fits) best = { line: index + 1, depth: path.length };
  }
  return best.line;
}

function dotted(text: string): string[] {
  const names: string[] = [];
  for (let rest = text, more = true; more; ) {
    const part = KEY_PART.exec(rest);
    if (!part) break;
    names.push(part[1] ?? part[2] ?? part[3] ?? '');
    rest = rest.slice(part[0].length);
    more = part[4] === '.';
  }
  return names;
}

function dottedLength(text: string): number {
  let length = 0;
  for (let more = true; more; ) {
    const part = KEY_PART.exec(text.slice(length));
    if (!part) break;
    length += part[0].length;
    more = part[4] === '.';
  }
  return length;
}
