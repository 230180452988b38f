/** Only their owner can read and write our files, whatever the shell's umask. */

const OWNER_ONLY = 0o077;

/** Runs `make`, which must be synchronous, with a umask of our own. */
export function privately<T>(make: () => T): T {
  const users = process.umask(OWNER_ONLY);
  try {
    return make();
  } finally {
    process.umask(users);
  }
}
