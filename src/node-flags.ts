/**
 * Options of Node for a supervisor.
 * - Without the first, the engine collects garbage 8 s after a start and after each collection, up
 *   to three times. supervisor/heap.ts does it at the right time.
 * - Young objects live in two halves of 1 MiB and not of up to 16, all of which stays ours once it
 *   was touched.
 */
export const SUPERVISOR_NODE_FLAGS = ['--no-memory-reducer', '--max-semi-space-size=1'];
