/** Asks a terminal for its colours; the supervisor answers programs with them while none is attached. */

/** OSC 10 to 12: foreground, background, cursor. */
const QUERIES = '\x1b]10;?\x1b\\\x1b]11;?\x1b\\\x1b]12;?\x1b\\';

/** Some consoles show what they do not know; Emacs's shell and the like have `dumb`. */
const SILENT = /^(?:dumb|unknown|linux|cons25.*|vt\d+.*|)$/;

/** Empty for a terminal that is known not to answer. */
export function colorQueries(env: NodeJS.ProcessEnv = process.env): string {
  return SILENT.test(env.TERM ?? '') ? '' : QUERIES;
}
