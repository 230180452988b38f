/**
 * The public interface of the client. Nothing here prints or ends the process. Errors that the user
 * can act on are UserErrors ({@link RefusedError} when the supervisor refused a request,
 * {@link GoneError} when it went away for good). Times are in milliseconds; an `AbortSignal` ends a wait, which
 * then throws the signal's reason.
 *
 * Most functions take a {@link SupervisorLink}, which connects when it is first used.
 */
export {
  type AttachLoopOptions,
  type AttachPlace,
  type AttachResult,
  attachTerminal,
  type LeftSession,
  type NextAttach,
  runAttachLoop,
  withTerminal,
} from './attach/attach-loop.ts';
export { handleSignals } from './attach/signals.ts';
export type { AttachEnd, AttachRequest, FarSide, TerminalContext, Untold } from './attach/types.ts';
export type { UserTerminal } from './attach/user-terminal.ts';
export { awaitSupervisor } from './connection/await-supervisor.ts';
export { connect, openSupervisorSocket } from './connection/connect.ts';
export { GoneError, isNoSuchSession, LeftBehindError, RefusedError } from './connection/errors.ts';
export {
  belowUserManager,
  killsUserProcesses,
  lingerCommand,
  lingers,
  SYSTEM,
  type SystemPlaces,
  userManager,
} from './connection/scope.ts';
export { supervisorLimits } from './connection/supervisor-limits.ts';
export { SupervisorLink } from './connection/supervisor-link.ts';
export {
  findGuard,
  replaceSupervisor,
  type SeenSupervisor,
  seeSupervisor,
  supervisorHolder,
} from './replace-supervisor.ts';
export {
  detachClients,
  explain,
  killSessions,
  markSeen,
  peek,
  renameRunning,
  type SupervisorStatus,
  supervisorStatus,
  upgradeSupervisor,
} from './requests.ts';
export { type Asked, answerQuestion, pendingQuestion } from './scripting/answer.ts';
export { ConversationFollower } from './scripting/conversation-follower.ts';
export { notRunning, typeKeys } from './scripting/input.ts';
export {
  beginTurnWait,
  codexHomeOfSession,
  follow,
  type SendOptions,
  sendAndWait,
  sendPrompt,
  type Target,
} from './scripting/send.ts';
export { takingLimits } from './scripting/taking.ts';
export { TAKEN_LIMIT_MS, type TurnOutcome } from './scripting/turn-wait.ts';
export { displayName, typedName } from './sessions/display-name.ts';
export type { Gap, WatchEvent } from './sessions/gap.ts';
export {
  endOf,
  infoOf,
  isLost,
  isOfOne,
  type ListOptions,
  listOnce,
  listSessions,
  liveSessions,
  type SessionScan,
  scanSessions,
  worthListing,
} from './sessions/list.ts';
export { PreviewFeed, type PreviewSize, type SessionCapture } from './sessions/preview-feed.ts';
export {
  findSession,
  nameFromElsewhere,
  namesakes,
  resolveAll,
  resolveSession,
} from './sessions/resolve.ts';
export {
  type GlobMatch,
  type Selection,
  type SelectOptions,
  selectNamed,
  selectSessions,
} from './sessions/select.ts';
export { SessionFeed } from './sessions/session-feed.ts';
export { SessionWatch } from './sessions/session-watch.ts';
export { withColors } from './start/color-question.ts';
export { moveToProject } from './start/moved-project.ts';
export { OpenElsewhereError } from './start/open-elsewhere-error.ts';
export { isInOtherWorld } from './start/other-world.ts';
export { type Plan, planStart, type StartRequest } from './start/plan.ts';
export { recalledOptions } from './start/recalled-options.ts';
export {
  endedAtOnce,
  notOpened,
  RESTORE_WAIT_MS,
  requestStart,
  START_WAIT_MS,
} from './start/request-start.ts';
export { noCodex } from './start/session-spec.ts';
export {
  type Found,
  findLive,
  forgetExpired,
  type Started,
  type StartTarget,
  saidOf,
  startSession,
  staysWhere,
} from './start/start-session.ts';
