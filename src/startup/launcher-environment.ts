/**
 * Undoes the changes that `bin/codex-sessions` makes to the environment for its own Node: it tunes
 * the allocator, and hides NODE_EXTRA_CA_CERTS, which Node 20 would read at every start (33 to 50
 * ms). It also passes on the soft limit of open files, which Node raises. Child processes, above
 * all Codex, must get the original environment.
 */
import { OPEN_FILES_VARIABLE, rememberOpenFiles } from '../platform/resource-limits.ts';

const CERTIFICATES = 'CODEX_SESSIONS_HELD_CA_CERTS';
const ALLOCATOR = 'CODEX_SESSIONS_OWN_MALLOC';

/** To be called before the environment is read. */
export function restoreEnvironment(env: NodeJS.ProcessEnv): void {
  const certificates = env[CERTIFICATES];
  if (certificates !== undefined) {
    env.NODE_EXTRA_CA_CERTS = certificates;
    delete env[CERTIFICATES];
  }
  rememberOpenFiles(env[OPEN_FILES_VARIABLE]);
  delete env[OPEN_FILES_VARIABLE];
  if (env[ALLOCATOR] === undefined) return;
  for (const name of [ALLOCATOR, 'GLIBC_TUNABLES', 'MALLOC_MMAP_THRESHOLD_']) delete env[name];
}
