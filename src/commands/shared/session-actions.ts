/**
 * What `watch` and the switcher do to a session, with the same rules as the command of that name.
 */
import {
  answerQuestion,
  follow,
  pendingQuestion,
  SupervisorLink,
  sendPrompt,
  TAKEN_LIMIT_MS,
  type Target,
  typeKeys,
} from '../../client/index.ts';
import { EXIT, UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { checkName } from '../../store/names.ts';
import type { StatePaths } from '../../store/paths.ts';
import type { SessionActions } from '../../ui/session-actions.ts';
import { displayName } from './context.ts';
import { endSessions } from './end-sessions.ts';
import { openBeside } from './open.ts';
import { checkPrompt } from './read-prompt.ts';
import { renameSession } from './rename-session.ts';

/**
 * The user is watching and can try again; only `send` waits longer for a session that is starting.
 */
const START_LIMIT_MS = 5_000;
/** Codex stops within some ms. */
const STOPPED_LIMIT_MS = 2_000;

export function sessionActions(paths: StatePaths): SessionActions {
  return {
    async pendingQuestion({ fullName }) {
      using link = new SupervisorLink(paths);
      return (await pendingQuestion(link, fullName)).question;
    },
    async answer(session, { fingerprint }, { key, number, label }) {
      using link = new SupervisorLink(paths);
      await answerQuestion(link, session.fullName, key ?? number, fingerprint);
      return `Answered ${displayName(session)}: ${label}`;
    },
    sendPrompt: (session, text) =>
      withTarget(paths, session, (target) => send(target, session, text)),
    interrupt: (session) => withTarget(paths, session, (target) => interrupt(target, session)),
    async kill(session) {
      using link = new SupervisorLink(paths);
      const lines: string[] = [];
      await endSessions(link, [session], (line) => lines.push(line));
      return lines.join(' ');
    },
    async rename(session, name) {
      using link = new SupervisorLink(paths);
      return await renameSession(link, session, checkName(name));
    },
    openBeside: (session) => openBeside(session),
  };
}

/** On a connection of its own, as each has one subscription. */
async function withTarget<T>(
  paths: StatePaths,
  { fullName }: SessionInfo,
  use: (target: Target) => Promise<T>,
): Promise<T> {
  using link = new SupervisorLink(paths);
  return await use(await follow(link, fullName));
}

async function send(target: Target, session: SessionInfo, text: string): Promise<string> {
  checkPrompt(text);
  const name = displayName(session);
  const how = { submit: true, startLimitMs: START_LIMIT_MS };
  switch (await sendPrompt(target, text, how)) {
    case 'queued':
      return `${name} is working: Codex has queued the prompt.`;
    case 'unreported':
      return `${name} has not reported within ${TAKEN_LIMIT_MS / 1_000} s that it works on it. A command of Codex (/…) runs no turn.`;
    default:
      return `Sent to ${name}.`;
  }
}

/** In a session that is not working, Esc would do something else. */
async function interrupt({ link, watch, fullName }: Target, session: SessionInfo): Promise<string> {
  const name = displayName(session);
  const isWorking = () => watch.get(fullName)?.status === 'working';
  if (!isWorking()) throw new UserError(`${name} is not working`, undefined, EXIT.notReady);
  await typeKeys(link, watch, fullName, ['esc']);
  if (isWorking()) await watch.next(() => (isWorking() ? undefined : true), STOPPED_LIMIT_MS);
  return isWorking() ? `Esc was typed, and ${name} still works.` : `Interrupted ${name}.`;
}
