/** `fork`: a new session whose conversation starts from another session's. */

import {
  listSessions,
  planStart,
  recalledOptions,
  requestStart,
  resolveSession,
  START_WAIT_MS,
  SupervisorLink,
  withColors,
} from '../client/index.ts';
import { EXIT, UserError } from '../platform/errors.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { loadConfig } from '../store/config.ts';
import { checkName } from '../store/names.ts';
import { statePaths } from '../store/paths.ts';
import { isInteractive, say } from '../terminal/output.ts';
import { machinesFor } from './other-machines.ts';
import { attachOptions } from './shared/attach-options.ts';
import { attachSession, requireTerminal } from './shared/attach-session.ts';
import { displayName, here, printName, refuseNesting } from './shared/context.ts';
import { agreeOnWorld } from './shared/other-world.ts';
import { refuseTaken } from './shared/rename-session.ts';
import { sayLacks } from './shared/say-lacks.ts';
import { sayLost } from './shared/say-lost.ts';

interface Options {
  readonly detach: boolean;
  readonly nest: boolean;
  readonly noWait: boolean;
  readonly there: boolean;
}

export async function run(
  options: Options,
  [typed, wanted]: readonly string[],
  userArgs: readonly string[],
): Promise<number> {
  const name = checkName(wanted ?? '');
  const paths = statePaths();
  using link = new SupervisorLink(paths);
  const all = await listSessions(link, { all: true });
  const session = resolveSession(typed, here(), all);
  refuseTaken(session, name, all);
  if (!options.detach) {
    requireTerminal(isInteractive(), 'Use fork -d, which leaves it in the background.');
    await refuseNesting(options.nest);
  }
  const id = conversationOf(session, name);
  await agreeOnWorld(link, name, options.there);
  const { root, project: projectName, hash, cwd } = session;
  const project = { root, name: projectName, hash };
  const config = await loadConfig(process.env, project);
  const plan = await planStart({
    ...{ project, name, cwd, userArgs, how: 'fork', id, from: session },
    ...{ config, paths, live: undefined },
  });
  const { spec, tried } = plan;
  if (tried !== undefined && plan.said) say(plan.said);
  const again = recalledOptions(spec);
  if (again) say(`With the options of ${displayName(session)}: ${again}`);
  if (!options.detach)
    return await attachSession(
      link,
      { type: 'start', spec, tried },
      attachOptions(paths, config, machinesFor(paths, config)),
    );
  const waitMs = options.noWait ? 0 : START_WAIT_MS;
  const { session: made } = await withColors(sayLost, (question) =>
    requestStart(link, plan, waitMs, question),
  );
  await sayLacks(link);
  printName(made);
  return EXIT.ok;
}

function conversationOf(session: SessionInfo, name: string): string {
  if (session.conversation) return session.conversation;
  throw new UserError(
    `${displayName(session)} has no conversation to fork from`,
    `Start another session: codex-sessions start ${name}`,
  );
}
