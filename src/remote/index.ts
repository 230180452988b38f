/**
 * The public interface of what reaches other machines, and of what they reach here. Nothing here
 * prints. Errors that the user can act on are UserErrors; ssh's own words are in {@link
 * SshError.said}.
 */

export { Bridge } from './bridge.ts';
export { serve } from './dial/dial.ts';
export type { PrepareCommand } from './dial/in-process.ts';
export { startsCodex } from './dial/requests.ts';
export { exec, type FarExec, type FarOutput } from './far-exec.ts';
export { checkedQuestion } from './far-question.ts';
export { checkedSession, parseSessions } from './far-sessions.ts';
export { type Host, hostOf, withOwnSsh } from './host.ts';
export { forgetFailure, REMEMBERED_MS, recentFailure, rememberFailure } from './recent-failures.ts';
export { SshError } from './ssh/failures.ts';
export { joinLine, type Line, type LineOptions, openLine } from './ssh/line.ts';
