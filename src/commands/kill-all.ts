/** `kill-all`: ends all sessions, here or everywhere; asks first if a turn would be lost. */
import { listSessions, SupervisorLink } from '../client/index.ts';
import { EXIT, type UserError, usageError } from '../platform/errors.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { statePaths } from '../store/paths.ts';
import { canAsk, say } from '../terminal/output.ts';
import { sortSessions } from '../ui/list.ts';
import { agreed, isBusy } from './kill.ts';
import { displayName, here } from './shared/context.ts';
import { endSessions } from './shared/end-sessions.ts';

interface Options {
  readonly here: boolean;
  readonly yes: boolean;
}

export async function run(options: Options): Promise<number> {
  const { hash } = here();
  using link = new SupervisorLink(statePaths());
  const running = (await listSessions(link)).filter(
    (session) => session.state === 'running' && (!options.here || session.hash === hash),
  );
  if (running.length === 0) {
    say(`No session is running${options.here ? ' in this project' : ''}.`);
    return EXIT.ok;
  }
  const targets = sortSessions(running, hash);
  const busy = targets.filter(isBusy);
  if (busy.length > 0 && !options.yes) {
    if (!canAsk()) throw needsConfirmation(busy, options.here);
    if (!(await agreed(targets))) return EXIT.ok;
  }
  await endSessions(link, targets, say);
  return EXIT.ok;
}

function needsConfirmation(busy: readonly SessionInfo[], isHere: boolean): UserError {
  const names = busy.map((session) => `${displayName(session)} (${session.status})`).join(', ');
  return usageError(
    `a turn would be lost, and there is no terminal to ask in: ${names}`,
    `Say that you mean it: codex-sessions kill-all ${isHere ? '--here ' : ''}-y`,
  );
}
