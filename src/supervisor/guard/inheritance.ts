/** Which descriptors a guard has, and so the successor that it becomes. */

export { GUARD_NAME } from '../../protocol/guard-name.ts';

/** In its environment: its number (see CommonFile.generation) and that of the sessions, as `3:20`. */
export const GUARDED_VARIABLE = 'CODEX_SESSIONS_GUARDED';
/** A pipe to the supervisor, the only process that has its other end. */
export const LIFELINE_FD = 3;
/** The memory file of all sessions. */
export const COMMON_FD = 4;
export const LISTENER_FD = 5;
/** From here on a master and a memory file for each session. */
export const FIRST_SESSION_FD = 6;
