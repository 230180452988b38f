/**
 * Which lines of a screen say why its program ended. Parsers of command lines print their usage below
 * the error, Rust causes, and Node a stack: the last lines are not the ones.
 */

/**
 * `error: …`, `Error: …`, `codex: fatal: …`, `TypeError: …`, `Error loading configuration: …`. Not
 * indented, as causes and quoted code are.
 */
const ERROR = /^(?:[\w./-]+: ?)*(?:\w*error|fatal|panic)\b/i;
const PANIC = /^thread '.*' (?:\(\d+\) )?panicked at\b/;

/** Lines looked at: more than an error and what follows it have. */
const LOOKED_AT = 20;

/** At most `count` of the lines that are not empty, in order: from an error on, else the last ones. */
export function explainingLines(lines: readonly string[], count: number): string[] {
  const written = lines.filter((line) => line.trim() !== '');
  const last = written.slice(-count);
  const recent = written.slice(-LOOKED_AT);
  const at = recent.findLastIndex(isError);
  return at < 0 || recent.length - at <= count ? last : recent.slice(at, at + count);
}

/** The line of a program's error output that says most: the first error, else the first line. */
export function explainingLine(text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.find(isError) ?? lines.find((line) => line !== '');
}

function isError(line: string): boolean {
  return ERROR.test(line) || PANIC.test(line);
}
