/** Asks in a terminal what to do about a conversation that is open elsewhere. */
import {
  displayName,
  OpenElsewhereError,
  type Plan,
  planStart,
  type StartRequest,
  type SupervisorLink,
} from '../../client/index.ts';
import { UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { say } from '../../terminal/output.ts';
import { chooseOne } from '../../ui/prompts.ts';

/** Closing a Codex elsewhere takes the user seconds. */
const POLL_MS = 500;

/**
 * The plan for a start, or the session to attach to instead.
 * @throws UserError when the user chooses to do nothing
 */
export async function waitOrChoose(
  error: OpenElsewhereError,
  link: SupervisorLink,
  request: StartRequest,
): Promise<Plan | SessionInfo> {
  const { session } = error;
  const { project } = request;
  const name = displayName({ project: project.name, name: request.name, hash: project.hash });
  const there = session && `attach to ${displayName(session)}, where it is open`;
  const choice = await chooseOne<Answer>(`${name}: ${error.message}`, [
    ...(there ? [{ name: there, value: 'attach' } as const] : []),
    { name: 'wait until it is closed there (Ctrl-C gives up)', value: 'wait' },
    { name: 'fork: start another conversation from it', value: 'fork' },
    { name: 'begin a new conversation', value: 'new' },
    { name: 'nothing', value: 'nothing' },
  ]);
  if (session && choice === 'attach') return session;
  if (choice === 'nothing' || choice === 'attach')
    throw new UserError('nothing was done', undefined, error.exitCode);
  if (choice !== 'wait') return planStart({ ...request, how: choice, id: idFor(choice, request) });
  say(`Waiting until ${error.message.replace(/^its conversation is open/, 'it is closed')}.`);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    const plan = await tryAgain(link, request);
    if (plan) return plan;
  }
}

type Answer = 'attach' | 'wait' | 'fork' | 'new' | 'nothing';

function idFor(choice: 'fork' | 'new', request: StartRequest): string | undefined {
  return choice === 'fork' ? request.id : undefined;
}

async function tryAgain(link: SupervisorLink, request: StartRequest): Promise<Plan | undefined> {
  const live = await link.liveSessions();
  try {
    return await planStart({ ...request, live });
  } catch (error) {
    if (error instanceof OpenElsewhereError) return undefined;
    throw error;
  }
}
