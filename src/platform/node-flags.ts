/**
 * Options of Node for a supervisor. Without this one, V8 collects garbage 8 s after a start and after each
 * collection, up to three times; supervisor/screen/scrollback/heap.ts does it at the right time.
 *
 * Options can be expensive: `--max-semi-space-size` makes V8 reject Node's own cached code, so that each
 * start takes 12 ms longer (docs/notes/performance.md).
 */
export const SUPERVISOR_NODE_FLAGS = ['--no-memory-reducer'];
