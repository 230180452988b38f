/**
 * Whatever we make is made for its owner alone, and for him entirely: not what the umask of the
 * shell that we were called from would leave of it.
 */

const OWNER_ONLY = 0o077;

/** Runs `make`, which must be synchronous, under a umask of our own. */
export function privately<T>(make: () => T): T {
  const users = process.umask(OWNER_ONLY);
  try {
    return make();
  } finally {
    process.umask(users);
  }
}
