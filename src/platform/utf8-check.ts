/**
 * Finds strings that are not UTF-8: Node decodes arguments and environment as UTF-8 and replaces
 * other bytes by U+FFFD. They cannot be passed on, as messages are JSON.
 */
import { readFileSync } from 'node:fs';

const REPLACEMENT = '\ufffd';

/**
 * Names of variables that were removed from the environment, and that sessions will therefore lack.
 */
export const droppedVariables: string[] = [];

/** Those of the given arguments, the last ones of this process, that are not UTF-8. */
export function notUtf8Arguments(args: readonly string[]): string[] {
  if (!args.some((arg) => arg.includes(REPLACEMENT))) return [];
  const raw = entriesOf('cmdline')?.slice(-args.length);
  return args.filter((arg, at) => arg.includes(REPLACEMENT) && raw?.[at] !== latin1Of(arg));
}

/** Names of variables whose name or value is not UTF-8. */
export function notUtf8Variables(env: NodeJS.ProcessEnv): string[] {
  const suspects = Object.entries(env).filter(([name, value]) =>
    `${name}${value}`.includes(REPLACEMENT),
  );
  if (suspects.length === 0) return [];
  const raw = new Set(entriesOf('environ'));
  return suspects
    .filter(([name, value]) => !raw.has(latin1Of(`${name}=${value}`)))
    .map(([name]) => name);
}

/**
 * Whether Node shows this path with replaced bytes, and no such path exists: its bytes are not
 * UTF-8.
 */
export function isMangled(path: string, exists: (path: string) => boolean): boolean {
  return path.includes(REPLACEMENT) && !exists(path);
}

/** A `PATH` without the entries that Node could not decode. */
export function decodableEntries(path: string): string {
  return path
    .split(':')
    .filter((entry) => !entry.includes(REPLACEMENT))
    .join(':');
}

/** One character per byte; undefined if the system does not tell. */
function entriesOf(file: 'cmdline' | 'environ'): string[] | undefined {
  try {
    return readFileSync(`/proc/self/${file}`, 'latin1').replace(/\0$/, '').split('\0');
  } catch {
    return undefined;
  }
}

function latin1Of(text: string): string {
  return Buffer.from(text).toString('latin1');
}
