/**
 * Options of Node for a supervisor. Without this one, V8 collects garbage 8 s after a start and after each
 * collection, up to three times; supervisor/screen/scrollback/heap.ts does it at the right time.
 *
 * An option can cost much: with `--max-semi-space-size` V8 rejects all cached code, Node's own and that
 * of startup/code-cache.ts, and each start takes 23 ms longer (docs/performance.md).
 */
export const SUPERVISOR_NODE_FLAGS = ['--no-memory-reducer'];
