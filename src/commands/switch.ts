/** `switch`: lets the user choose a session, and attaches to it. */
import { findSession, listOnce, resolveSession } from '../client/index.ts';
import { EXIT, UserError, usageError } from '../platform/errors.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { mentionsHosts } from '../store/config.ts';
import { parseHostName } from '../store/host-names.ts';
import { shortName } from '../store/names.ts';
import { type StatePaths, statePaths } from '../store/paths.ts';
import type { Project } from '../store/project.ts';
import { historyOfTerminal } from '../store/terminal-history.ts';
import { canDraw, isInteractive } from '../terminal/output.ts';
import { safeJson, safeText } from '../terminal/safe-text.ts';
import { type MachineOptions, oneMachine } from './other-machines.ts';
import { requireTerminal } from './shared/attach-session.ts';
import { displayName, here, refuseNesting } from './shared/context.ts';
import type { Where } from './shared/open.ts';
import { attachTo, chooseAndFollow, follow } from './switch/choose.ts';

const CANDIDATES_SHOWN = 8;

const attach: typeof import('./attach.ts').run = async (...args) =>
  (await import('./attach.ts')).run(...args);

interface Options extends MachineOptions {
  readonly nest: boolean;
  readonly open: Where | undefined;
}

export async function run(options: Options, [typed]: readonly string[]): Promise<number> {
  const { nest, open, local } = options;
  const paths = statePaths();
  if (typed === '-') return back(paths, nest, open);
  const { only: host, query } = oneMachine(options, typed);
  const project = host === undefined ? here() : { root: '', name: host, hash: '' };
  const sessions = host === undefined ? await listOnce(paths) : [];
  const interactive = isInteractive();
  const seen = { project, sessions, host, local: local || !interactive };
  const session = query === undefined ? undefined : await meant(paths, query, seen);
  if (session && open !== undefined)
    return follow({ type: 'attach', session }, { nest, open, attach });
  if (!interactive && query !== undefined && !session) await refuseQuery(query, project, sessions);
  if (!interactive)
    throw usageError(
      'switch needs a terminal',
      'Use "codex-sessions ls --json" to look, "codex-sessions start -d NAME" to start one.',
    );
  if (open === undefined) await refuseNesting(nest);
  if (!session && !canDraw()) {
    if (query !== undefined) await refuseQuery(query, project, sessions);
    throw usageError(
      'switch cannot draw its list where TERM is "dumb"',
      'See what there is: codex-sessions ls',
    );
  }
  if (session) return follow({ type: 'attach', session }, { nest, attach });
  return chooseAndFollow(paths, project, { sessions, query, host, local, nest, open, attach });
}

/** What the query is looked up in. */
interface Seen {
  readonly project: Project;
  /** Those of this machine; none if another machine is meant. */
  readonly sessions: readonly SessionInfo[];
  readonly host: string | undefined;
  /** Other machines are left out. */
  readonly local: boolean;
}

/** The one session that the query means; if none here has that name, one on another machine. */
async function meant(
  paths: StatePaths,
  query: string,
  { project, sessions, host, local }: Seen,
): Promise<SessionInfo | undefined> {
  const found = findSession(query, project, sessions);
  const isAlone = local || (host === undefined && !mentionsHosts(process.env));
  if (found.type !== 'none' || isAlone) return only(query, project, sessions);
  const { collectFar } = await import('./far/collect.ts');
  const asked = host ?? parseHostName(query)?.host;
  const { sessions: far } = await collectFar(paths, [], asked);
  const whole = asked !== undefined && asked !== host ? query : `${asked ?? ''}/${query}`;
  const exact = far.filter((one) => shortName(one) === whole || one.fullName === whole);
  const [named, another] = exact;
  return named && !another ? named : only(query, project, [...sessions, ...far]);
}

/** Attaches to the session that this terminal showed before the last one, as `cd -` does. */
async function back(paths: StatePaths, nest: boolean, open: Where | undefined): Promise<number> {
  requireTerminal(isInteractive(), 'Go by name: codex-sessions switch NAME');
  if (open === undefined) await refuseNesting(nest);
  const [last, before] = historyOfTerminal(paths);
  const fullName = before ?? last;
  if (fullName === undefined)
    throw new UserError(
      'this terminal has shown no session yet',
      'Choose one: codex-sessions switch',
      EXIT.noSuchSession,
    );
  return attachTo(fullName, { nest, open, attach });
}

/** The one session that the query means: an exact name takes precedence over a match. */
async function only(
  query: string,
  project: Project,
  sessions: readonly SessionInfo[],
): Promise<SessionInfo | undefined> {
  const found = findSession(query, project, sessions);
  if (found.type === 'found') return found.session;
  if (found.type === 'ambiguous') return resolveSession(query, project, sessions);
  const { matchOnly } = await import('../ui/fuzzy.ts');
  return matchOnly(query, sessions);
}

/** @throws UserError 3 for no such session, 4 with the candidates */
async function refuseQuery(
  query: string,
  project: Project,
  sessions: readonly SessionInfo[],
): Promise<void> {
  const { search } = await import('../ui/fuzzy.ts');
  const matches = search(query, sessions, project.hash);
  if (matches.length < 2) resolveSession(query, project, sessions, { start: true });
  const names = matches.slice(0, CANDIDATES_SHOWN).map(({ name, session }) => {
    const isOnly = matches.every((other) => other.session === session || other.name !== name);
    return isOnly ? displayName(session) : safeText(session.fullName);
  });
  throw new UserError(
    `${safeJson(query)} fits ${matches.length} sessions`,
    `Say which: ${names.join(', ')}${matches.length > names.length ? ' …' : ''}`,
    EXIT.ambiguousName,
  );
}
