/** `switch`: lets the user choose a session, and attaches to it. */
import { findSession, listOnce, PreviewFeed, resolveSession } from '../client/index.ts';
import { EXIT, UserError, usageError } from '../platform/errors.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { type StatePaths, statePaths } from '../store/paths.ts';
import type { Project } from '../store/project.ts';
import { historyOfTerminal } from '../store/terminal-history.ts';
import { canDraw, colorWanted, isInteractive } from '../terminal/output.ts';
import { safeJson, safeText } from '../terminal/safe-text.ts';
import type { Choice } from '../ui/switcher.ts';
import { requireTerminal } from './shared/attach-session.ts';
import { displayName, here, refuseNesting } from './shared/context.ts';
import type { Where } from './shared/open.ts';

const CANDIDATES_SHOWN = 8;

export async function run(
  { nest, open }: { readonly nest: boolean; readonly open: Where | undefined },
  [query]: readonly string[],
): Promise<number> {
  const paths = statePaths();
  if (query === '-') return back(paths, nest, open);
  const project = here();
  const sessions = await listOnce(paths);
  const interactive = isInteractive();
  const session = query === undefined ? undefined : await only(query, project, sessions);
  if (session && open !== undefined) return follow({ type: 'attach', session }, { nest, open });
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
  if (session) return follow({ type: 'attach', session }, { nest });
  return chooseAndFollow(paths, project, { sessions, query, nest, open });
}

/** Shows the switcher, and attaches to what the user chooses. */
export async function chooseAndFollow(
  paths: StatePaths,
  project: Project,
  { sessions, query, ...how }: Asked,
): Promise<number> {
  return follow(await ask(paths, project, sessions, query), how);
}

interface How {
  readonly nest: boolean;
  readonly readOnly?: boolean;
  readonly open?: Where | undefined;
}

interface Asked extends How {
  readonly sessions: readonly SessionInfo[];
  readonly query?: string | undefined;
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
  const { run: attach } = await import('./attach.ts');
  return attach({ readOnly: false, nest, open }, [fullName]);
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

async function ask(
  paths: StatePaths,
  project: Project,
  sessions: readonly SessionInfo[],
  query: string | undefined,
): Promise<Choice> {
  const [{ chooseHere }, { chooseSession }, { sessionActions }, { previewOptions }] =
    await Promise.all([
      import('../ui/local-terminal.ts'),
      import('../ui/switcher.ts'),
      import('./shared/session-actions.ts'),
      import('./shared/preview-options.ts'),
    ]);
  using pictures = new PreviewFeed(paths);
  const current = process.env.CODEX_SESSIONS_SESSION;
  const options = {
    sessions,
    here: project,
    refresh: () => listOnce(paths),
    color: colorWanted(),
    actions: sessionActions(paths),
    preview: previewOptions(paths, pictures),
    ...(query !== undefined && { query }),
    ...(current !== undefined && { current }),
  };
  return await chooseHere((terminal) => chooseSession(terminal, options));
}

async function follow(choice: Choice, { nest, open, readOnly = false }: How): Promise<number> {
  if (choice.type === 'cancel') return EXIT.ok;
  const name = choice.type === 'start' ? choice.name : choice.session.fullName;
  if (choice.type === 'attach' && choice.session.state === 'running') {
    const { run: attach } = await import('./attach.ts');
    return attach({ readOnly, nest, open }, [name]);
  }
  const { run: start } = await import('./start.ts');
  return start({ detach: false, ask: false, cwd: undefined, nest, open }, [name], []);
}
