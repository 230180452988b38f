/**
 * Recognises the first start in a new CODEX_HOME. If two Codex start there at once, both create
 * Codex's databases, and one of them ends with an error after it has drawn: with 0.163 in half of
 * all tries, with 0.169 and 0.171 never.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The first version 0.N in which it does not happen. */
const FIXED_IN = 169;
const DATABASE = /^state_\d+\.sqlite$/;
/**
 * Longer than a first start takes on a slow machine. Databases in use also count as younger than
 * this, which does no harm.
 */
const YOUNG_MS = 10_000;
/** Lines are cut at the screen's edge, where a space is lost. */
const ERROR = /error\s*returned\s*from\s*database/;

/**
 * Whether a Codex of this version that starts now creates the databases, perhaps at the same time
 * as another one.
 */
export function makesDatabases(version: string | undefined, codexHome: string): boolean {
  const minor = Number(/^0\.(\d+)\./.exec(version ?? '')?.[1]);
  if (!(minor < FIXED_IN)) return false;
  try {
    const database = readdirSync(codexHome).find((name) => DATABASE.test(name));
    if (database === undefined) return true;
    return Date.now() - statSync(join(codexHome, database)).mtimeMs < YOUNG_MS;
  } catch {
    // There is no such directory yet.
    return true;
  }
}

/** Whether it ended because another one was creating them. `lines`: the last ones on its screen. */
export function lostToAnother(lines: readonly string[]): boolean {
  return ERROR.test(lines.join(''));
}
