/**
 * `bin/codex-sessions` sets variables for its own Node only: how memory is had, and certificates put
 * aside that Node 20 would read at every start (33 to 50 ms) though we connect to nobody. What we
 * start, Codex above all, gets the environment as it was.
 */
const CERTIFICATES = 'CODEX_SESSIONS_HELD_CA_CERTS';
const ALLOCATOR = 'CODEX_SESSIONS_OWN_MALLOC';

/** To be called before anything of the environment is used. */
export function restoreEnvironment(env: NodeJS.ProcessEnv): void {
  const certificates = env[CERTIFICATES];
  if (certificates !== undefined) {
    env.NODE_EXTRA_CA_CERTS = certificates;
    delete env[CERTIFICATES];
  }
  if (env[ALLOCATOR] === undefined) return;
  for (const name of [ALLOCATOR, 'GLIBC_TUNABLES', 'MALLOC_MMAP_THRESHOLD_']) delete env[name];
}
