/** The descriptors that a guard holds, and that the successor therefore inherits. */

export { GUARD_NAME } from '../../protocol/guard-name.ts';

/**
 * The environment variable with the guard's number (see CommonFile.generation) and the number of
 * sessions, as `3:20`.
 */
export const GUARDED_VARIABLE = 'CODEX_SESSIONS_GUARDED';
/** A pipe from the supervisor, which is the only process that has the other end. */
export const LIFELINE_FD = 3;
/** The memory file that all sessions share. */
export const COMMON_FD = 4;
export const LISTENER_FD = 5;
/** From here on, a master and a memory file for each session. */
export const FIRST_SESSION_FD = 6;
