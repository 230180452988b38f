/**
 * Selects the lines of a screen that say why its program ended. These are often not the last ones:
 * command-line parsers print their usage below the error, Rust prints causes, and Node a stack.
 */

/**
 * `error: …`, `Error: …`, `codex: fatal: …`, `TypeError: …`, `Error loading configuration: …`. Not
 * indented, unlike causes and quoted code.
 */
const ERROR = /^(?:[\w./-]+: ?)*(?:\w*error|fatal|panic)\b/i;
const PANIC = /^thread '.*' (?:\(\d+\) )?panicked at\b/;

/** Number of lines searched: more than an error and what follows it take. */
const LOOKED_AT = 20;

/**
 * At most `count` of the lines that are not empty, in order: from an error on, or else the last
 * ones.
 */
export function explainingLines(lines: readonly string[], count: number): string[] {
  const written = lines.filter((line) => line.trim() !== '');
  const last = written.slice(-count);
  const recent = written.slice(-LOOKED_AT);
  const at = recent.findLastIndex(isError);
  return at < 0 || recent.length - at <= count ? last : recent.slice(at, at + count);
}

/**
 * The most informative line of a program's error output: the first error, or else the first line.
 */
export function explainingLine(text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.find(isError) ?? lines.find((line) => line !== '');
}

function isError(line: string): boolean {
  return ERROR.test(line) || PANIC.test(line);
}
