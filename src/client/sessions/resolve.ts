/** Finds the session that a name means, or explains which sessions there are. */
import { EXIT, UserError } from '../../platform/errors.ts';
import { nearestName } from '../../platform/nearest-name.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { DEFAULT_NAME, type Found, find, isValidName, shortName } from '../../store/names.ts';
import type { Project } from '../../store/project.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { shellWords } from '../../terminal/shell-words.ts';
import { forUser } from './display-name.ts';

/** How many of the existing sessions an error names. */
const NAMES_SHOWN = 5;

/** What the command needs, for the advice in the error. */
export interface Wanted {
  /** Only running sessions count: no other is named, counted, or makes a name ambiguous. */
  readonly running?: boolean;
  /** If it does not exist, it can be started instead. */
  readonly start?: boolean;
  /** Its name, for a command line that works. */
  readonly command?: string;
}

/**
 * The session that the user means; `main` of this project when nothing was typed.
 * @throws UserError 3 with other names if there is none, 4 with the candidates if there are several
 */
export function resolveSession(
  typed: string | undefined,
  here: Project,
  sessions: readonly SessionInfo[],
  wanted: Wanted = {},
): SessionInfo {
  const name = typed ?? DEFAULT_NAME;
  const found = findSession(typed, here, sessions, wanted);
  if (found.type === 'found') return found.session;
  if (found.type === 'ambiguous') throw ambiguous(name, found.candidates);
  throw noSuchSession(name, here, sessions, wanted);
}

/** As {@link resolveSession}, but leaves the explanation to that if nothing is found. */
export function findSession(
  typed: string | undefined,
  here: Project,
  sessions: readonly SessionInfo[],
  { running = false }: Wanted = {},
): Found<SessionInfo> {
  const found = find(typed ?? DEFAULT_NAME, here, sessions);
  if (found.type === 'ambiguous' && running) return oneOf(runningElseAll(found.candidates));
  if (found.type === 'none' && here.reachesAll && typed !== undefined)
    return oneOf(runningElseAll(namesakes(typed, here, sessions)));
  return found;
}

function oneOf(candidates: readonly SessionInfo[]): Found<SessionInfo> {
  const [first, second] = candidates;
  if (!first) return { type: 'none' };
  return second ? { type: 'ambiguous', candidates } : { type: 'found', session: first };
}

function runningElseAll(sessions: readonly SessionInfo[]): readonly SessionInfo[] {
  const live = sessions.filter(isRunning);
  return live.length > 0 ? live : sessions;
}

/** Sessions of other projects with the name that was typed, if it was a name alone. */
export function namesakes(
  name: string,
  { hash }: Project,
  sessions: readonly SessionInfo[],
): SessionInfo[] {
  return sessions.filter((session) => session.name === name && session.hash !== hash);
}

/**
 * The shortest name that means this session and no other, wherever it is typed except in its
 * project.
 */
export function nameFromElsewhere(session: SessionInfo, sessions: readonly SessionInfo[]): string {
  const isOther = (one: SessionInfo) =>
    shortName(one) === shortName(session) && one.hash !== session.hash;
  // A dash would make it an option.
  const isClear = !sessions.some(isOther) && !session.project.startsWith('-');
  return isClear ? shortName(session) : session.fullName;
}

/**
 * Several sessions, without duplicates. All are looked up before anything is done: one wrong name
 * stops everything, and with several names the error adds `undone` (`nothing was …`).
 * @throws UserError as {@link resolveSession}
 */
export function resolveAll(
  names: readonly string[],
  here: Project,
  sessions: readonly SessionInfo[],
  undone: string,
  wanted?: Wanted,
): SessionInfo[] {
  return undoing(names, undone, () => [
    ...new Set(names.map((name) => resolveSession(name, here, sessions, wanted))),
  ]);
}

/** Calls `look`, which looks up all names; if there are several, its error adds `undone`. */
export function undoing<T>(names: readonly string[], undone: string | undefined, look: () => T): T {
  try {
    return look();
  } catch (error) {
    if (!(error instanceof UserError) || names.length === 1 || undone === undefined) throw error;
    throw new UserError(`${error.message}: ${undone}`, error.hint, error.exitCode);
  }
}

export function ambiguous(typed: string, candidates: readonly SessionInfo[]): UserError {
  return new UserError(
    `${typed} could be any of ${candidates.length} sessions`,
    `Give the full name of the one you mean: ${candidates.map(withDirectory).join(', ')}`,
    EXIT.ambiguousName,
  );
}

/** With the directory, as a hash alone does not identify a project for the user. */
function withDirectory({ fullName, root }: SessionInfo): string {
  return `${forUser(safeText(fullName))} in ${safeText(root)}`;
}

export function isRunning({ state }: SessionInfo): boolean {
  return state === 'running';
}

function noSuchSession(
  typed: string,
  here: Project,
  all: readonly SessionInfo[],
  { running = false, start = false, command }: Wanted,
): UserError {
  // Only a plain name can be that of a new session, in this project.
  const isPlain = isValidName(typed);
  const sessions = running ? all.filter(isRunning) : all;
  const elsewhere = namesakes(typed, here, sessions).map((one) => nameFromElsewhere(one, sessions));
  const nearest = elsewhere.length > 0 ? undefined : nearestOf(typed, here, sessions);
  const hints = [
    inOtherProjects(elsewhere, command),
    nearest && `Did you mean ${forUser(nearest)}?`,
    elsewhere.length > 0
      ? ''
      : nearest
        ? '"codex-sessions ls" shows what there is.'
        : thereAre(typed, here, sessions),
    start && isPlain && `To start one here: codex-sessions start ${typed}`,
    command === 'start' && 'To start one in another project: codex-sessions start -C DIR NAME',
  ];
  return new UserError(
    `there is no session ${typed}${isPlain ? ` in ${forUser(here.name)}` : ''}`,
    hints.filter(Boolean).join(' ') || 'See what there is: codex-sessions ls --all',
    EXIT.noSuchSession,
  );
}

function inOtherProjects(names: readonly string[], command: string | undefined): string {
  if (names.length === 0) return '';
  if (names.length > 1) return `In other projects: ${listed(names)}.`;
  return command
    ? `That of another project: codex-sessions ${shellWords([command, ...names])}.`
    : `In another project: ${forUser(names[0] ?? '')}.`;
}

/** A name as it can be typed here; this project's sessions come first. */
function nearestOf(
  typed: string,
  here: Project,
  sessions: readonly SessionInfo[],
): string | undefined {
  const isHere = ({ hash }: SessionInfo) => hash === here.hash;
  const ranked = [...sessions].sort((a, b) => Number(isHere(b)) - Number(isHere(a)));
  const isPlain = isValidName(typed);
  const names = ranked.map((session) => (isPlain ? session.name : shortName(session)));
  const session = ranked[nearestName(typed, names)];
  if (!session) return undefined;
  return isHere(session) ? session.name : nameFromElsewhere(session, sessions);
}

/** Running and ended sessions, each counted. */
export function thereAre(typed: string, here: Project, sessions: readonly SessionInfo[]): string {
  const [live, ended] = [true, false].map((wanted) =>
    knownNames(
      typed,
      here,
      sessions.filter((session) => isRunning(session) === wanted),
    ),
  );
  return [
    live?.length ? `Running: ${listed(live)}.` : '',
    ended?.length ? `Ended: ${listed(ended)}.` : '',
  ]
    .filter(Boolean)
    .join(' ');
}

export function listed(names: readonly string[]): string {
  const more = names.length - NAMES_SHOWN;
  return `${names.slice(0, NAMES_SHOWN).map(forUser).join(', ')}${more > 0 ? `, and ${more} more` : ''}`;
}

/**
 * Names as they can be typed here: first those with the typed name if it has a project, then this
 * project's, then others with the typed name.
 */
function knownNames(typed: string, here: Project, sessions: readonly SessionInfo[]): string[] {
  const isHere = ({ hash }: SessionInfo) => hash === here.hash;
  const parts = typed.split(':');
  const isNamed = ({ name }: SessionInfo) => parts.includes(name);
  const rank = (session: SessionInfo) =>
    parts.length > 1 && isNamed(session) ? 0 : isHere(session) ? 1 : isNamed(session) ? 2 : 3;
  const ranked = [...sessions].sort((a, b) => rank(a) - rank(b));
  return [
    ...new Set(ranked.map((session) => (isHere(session) ? session.name : shortName(session)))),
  ];
}
