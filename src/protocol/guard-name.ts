/** `$0` of a supervisor's guard on its command line, by which it is found among processes. */
export const GUARD_NAME = 'codex-sessions-guard';
