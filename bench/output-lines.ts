/** Output as programs like Codex write it: coloured words in lines of some 90 columns. */

const WORDS = 'the session keeps its screen while nobody looks and gives all of it back'.split(' ');

/** At least `bytes` of it. The same every time. */
export function outputLines(bytes: number): string {
  const lines: string[] = [];
  let length = 0;
  for (let n = 0; length < bytes; n++) {
    const line = `${colored(n)} ${plain(n)}\r\n`;
    lines.push(line);
    length += line.length;
  }
  return lines.join('');
}

function colored(n: number): string {
  return `\x1b[3${1 + (n % 6)}m${String(n).padStart(7)}\x1b[0m \x1b[1m${WORDS[n % WORDS.length]}\x1b[22m`;
}

function plain(n: number): string {
  return Array.from({ length: 12 }, (_, i) => WORDS[(n * 7 + i * 5) % WORDS.length]).join(' ');
}
