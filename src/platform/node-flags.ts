/**
 * Options of Node for a supervisor. Without this one, the engine collects garbage 8 s after a start
 * and after each collection, up to three times; supervisor/screen/scrollback/heap.ts does it at the right time.
 *
 * Not every option is free: with `--max-semi-space-size` V8 takes none of the compiled code that
 * Node and code-cache.ts keep, which costs each start 23 ms (docs/performance.md).
 */
export const SUPERVISOR_NODE_FLAGS = ['--no-memory-reducer'];
