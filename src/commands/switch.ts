/** `switch`: lets the user choose a session, and attaches to it. */
import { findSession, listOnce, PreviewFeed, resolveSession } from '../client/index.ts';
import { EXIT, messageOf, UserError, usageError } from '../platform/errors.ts';
import { homeDirectory } from '../platform/user-directories.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { mentionsHosts } from '../store/config.ts';
import { machineOf, parseHostName } from '../store/host-names.ts';
import { parseFullName, shortName } from '../store/names.ts';
import { type StatePaths, statePaths } from '../store/paths.ts';
import type { Project } from '../store/project.ts';
import { historyOfTerminal } from '../store/terminal-history.ts';
import { canDraw, colorWanted, isInteractive } from '../terminal/output.ts';
import { safeJson, safeText } from '../terminal/safe-text.ts';
import type { Choice } from '../ui/switcher.ts';
import { type MachineOptions, machinesOfList, oneMachine } from './other-machines.ts';
import { requireTerminal } from './shared/attach-session.ts';
import { displayName, here, refuseNesting } from './shared/context.ts';
import type { Where } from './shared/open.ts';
import type { OtherMachines } from './shared/other-machines.ts';

const CANDIDATES_SHOWN = 8;

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
  return chooseAndFollow(paths, project, { sessions, query, host, local, nest, open });
}

/** What is looked at. */
interface Seen {
  readonly project: Project;
  /** Of this machine; none if another one is meant. */
  readonly sessions: readonly SessionInfo[];
  readonly host: string | undefined;
  /** Other machines are not asked. */
  readonly local: boolean;
}

/** The one session that the query means; on other machines, if it is the name of none here. */
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

/** Shows the switcher, and attaches to what the user chooses. */
export async function chooseAndFollow(
  paths: StatePaths,
  project: Project,
  { sessions, query, host, local = false, ...how }: Asked,
): Promise<number> {
  let note = '';
  const others = await machinesOfList(paths, { only: host, local, stays: false }).catch(
    (error: unknown) => {
      note = `Other machines are left out: ${messageOf(error)}`;
      return undefined;
    },
  );
  try {
    const choice = await ask(paths, { project, sessions, query, host, others, note });
    return await follow(choice.type === 'start' && host ? { ...choice, host } : choice, how);
  } finally {
    others?.close();
  }
}

interface How {
  readonly nest: boolean;
  readonly readOnly?: boolean;
  readonly open?: Where | undefined;
}

interface Asked extends How {
  readonly sessions: readonly SessionInfo[];
  readonly query?: string | undefined;
  /** The one machine that is shown, if it is another one. */
  readonly host?: string | undefined;
  readonly local?: boolean;
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
  return attachTo(fullName, { nest, open });
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

interface Shown extends Pick<Asked, 'sessions' | 'query' | 'host'> {
  readonly project: Project;
  readonly others: OtherMachines | undefined;
  readonly note: string;
}

async function ask(paths: StatePaths, shown: Shown): Promise<Choice> {
  const { project, sessions, query, host, others, note } = shown;
  const [{ chooseHere }, { chooseSession }, { sessionActions }, { previewOptions }] =
    await Promise.all([
      import('../ui/local-terminal.ts'),
      import('../ui/switcher.ts'),
      import('./shared/session-actions.ts'),
      import('./shared/preview-options.ts'),
    ]);
  using pictures = new PreviewFeed(paths);
  const all = others?.pictures(pictures);
  const own = sessionActions(paths);
  const current = process.env.CODEX_SESSIONS_SESSION;
  let changed = () => {};
  others?.begin(() => changed());
  const listen = (call: () => void) => {
    changed = call;
  };
  const list = async () => (host === undefined ? await listOnce(paths) : []);
  const options = {
    sessions,
    here: project,
    refresh: async () => [...(await list()), ...(others?.sessions ?? [])],
    color: colorWanted(),
    actions: others?.actions(own) ?? own,
    preview: previewOptions(paths, all ?? pictures),
    ...(others && { others: { hosts: others.hosts, listen, missing: () => others.missing } }),
    note,
    ...(query !== undefined && { query }),
    ...(current !== undefined && { current }),
  };
  try {
    return await chooseHere((terminal) => chooseSession(terminal, options));
  } finally {
    all?.close();
    others?.rest();
  }
}

async function follow(choice: Choice, how: How): Promise<number> {
  if (choice.type === 'cancel') return EXIT.ok;
  const host = choice.type === 'start' ? choice.host : machineOf(choice.session.fullName);
  if (host !== undefined) return followThere(choice, host, how);
  const name = choice.type === 'start' ? choice.name : choice.session.fullName;
  if (choice.type === 'attach' && choice.session.state === 'running') return attachTo(name, how);
  const { nest, open } = how;
  const { run: start } = await import('./start.ts');
  return start({ detach: false, ask: false, cwd: undefined, nest, open }, [name], []);
}

/** `fullName`: with its host, if that is another machine. */
async function attachTo(fullName: string, { nest, open, readOnly = false }: How): Promise<number> {
  const host = machineOf(fullName);
  if (host !== undefined) return onHost(host, 'attach', fullName, { nest, open, readOnly });
  const { run: attach } = await import('./attach.ts');
  return attach({ readOnly, nest, open }, [fullName]);
}

function followThere(
  choice: Exclude<Choice, { type: 'cancel' }>,
  host: string,
  how: How,
): Promise<number> {
  if (choice.type === 'start') return onHost(host, 'start', `${host}/${choice.name}`, how);
  const { fullName, state } = choice.session;
  return onHost(host, state === 'running' ? 'attach' : 'start', fullName, how);
}

/** As the command of this name, with a name on another machine. */
async function onHost(
  host: string,
  command: 'attach' | 'start',
  fullName: string,
  { nest, open, readOnly = false }: How,
): Promise<number> {
  if (open !== undefined) {
    const { findOpener } = await import('./shared/open.ts');
    const state = command === 'attach' ? 'running' : 'exited';
    const name = fullName.slice(host.length + 1);
    const session = parseFullName(name) ?? { project: '', name, hash: '' };
    const named = { ...session, project: `${host}/${session.project}`, fullName, state } as const;
    const opener = await findOpener({ where: open, readOnly, nest });
    return opener.open({ ...named, root: homeDirectory() });
  }
  const { run } = await import('./far.ts');
  const words = [command, fullName.slice(host.length + 1)];
  const isReadOnly = readOnly && command === 'attach';
  return run({ host, command, words, options: { nest, readOnly: isReadOnly }, count: 1 });
}
