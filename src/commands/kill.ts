/** `kill`: ends the sessions that are named or chosen; asks first if a turn would be lost. */
import {
  listOnce,
  listSessions,
  type Selection,
  SupervisorLink,
  selectSessions,
} from '../client/index.ts';
import { EXIT, usageError } from '../platform/errors.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { type StatePaths, statePaths } from '../store/paths.ts';
import type { Project } from '../store/project.ts';
import { farHost } from '../terminal/far-terminal.ts';
import { canAsk, canDraw, colorWanted, say, sayPainted } from '../terminal/output.ts';
import { formatList } from '../ui/list.ts';
import { here, listOptions } from './shared/context.ts';
import { endSessions } from './shared/end-sessions.ts';
import { calledHere } from './shared/other-machines.ts';
import { isMany, needsYes, sayMatches } from './shared/selection.ts';

export async function run(
  { yes }: { readonly yes: boolean },
  names: readonly string[],
): Promise<number> {
  if (names.length === 0 && !canDraw())
    throw usageError('kill needs a name here', 'Name the sessions, or use kill-all -y.');
  using link = new SupervisorLink(statePaths());
  const project = here();
  const sessions = await listSessions(link);
  const selection: Selection =
    names.length === 0
      ? { sessions: await chosen(link.paths, sessions, project), globs: [] }
      : selectSessions(names, project, sessions, { undone: 'nothing was killed', command: 'kill' });
  const targets = selection.sessions;
  sayMatches(selection);
  if (!yes) {
    const isQuestion = isMany(selection) || (canAsk() && targets.some(isBusy));
    if (isQuestion && !canAsk()) throw needsYes('kill', names, selection);
    if (isQuestion && !(await agreed(targets))) return EXIT.ok;
  }
  await endSessions(link, targets, say);
  return EXIT.ok;
}

async function chosen(
  paths: StatePaths,
  sessions: readonly SessionInfo[],
  here: Project,
): Promise<readonly SessionInfo[]> {
  if (sessions.length === 0) {
    say('There is nothing to kill.');
    return [];
  }
  const [{ chooseHere }, { chooseToKill }] = await Promise.all([
    import('../ui/local-terminal.ts'),
    import('../ui/kill-list.ts'),
  ]);
  const current = process.env.CODEX_SESSIONS_SESSION;
  const options = {
    ...{ sessions, here, color: colorWanted(), refresh: () => listOnce(paths) },
    ...(current !== undefined && { current }),
  };
  const targets = await chooseHere((terminal) => chooseToKill(terminal, options));
  if (targets.length === 0) say('Nothing was killed.');
  return targets;
}

/** Whether a turn is running or waits for an answer, and would be lost. */
export function isBusy({ state, status }: SessionInfo): boolean {
  return state === 'running' && (status === 'working' || status === 'blocked');
}

/** Shows the sessions that are about to be ended (`how`), and asks. */
export async function agreed(
  targets: readonly SessionInfo[],
  how: 'kill' | 'restart' = 'kill',
): Promise<boolean> {
  const host = farHost();
  const named = host === undefined ? targets : targets.map((one) => calledHere(one, host));
  sayPainted(formatList(named, listOptions()));
  const { confirm } = await import('../ui/prompts.ts');
  const what = targets.length === 1 ? 'this session' : `these ${targets.length} sessions`;
  const lost = targets.length === 1 ? 'The turn is lost.' : 'Turns that run are lost.';
  if (await confirm(how === 'kill' ? `Kill ${what}?` : `Restart ${what}? ${lost}`)) return true;
  say(`Nothing was ${how}ed.`);
  return false;
}
