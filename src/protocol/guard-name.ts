/** `$0` on the command line of a supervisor's guard, by which it is found among processes. */
export const GUARD_NAME = 'codex-sessions-guard';
