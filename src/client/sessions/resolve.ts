/** Finds the session that a name means, or explains which sessions there are. */
import { EXIT, UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { DEFAULT_NAME, find, isValidName, shortName } from '../../store/names.ts';
import type { Project } from '../../store/project.ts';
import { safeText } from '../../terminal/safe-text.ts';

/** How many of the existing sessions an error names. */
const NAMES_SHOWN = 5;

/**
 * The session that the user means; `main` of this project when nothing was typed.
 * @throws UserError 3 with other names if there is none, 4 with the candidates if there are several
 */
export function resolveSession(
  typed: string | undefined,
  here: Project,
  sessions: readonly SessionInfo[],
): SessionInfo {
  const name = typed ?? DEFAULT_NAME;
  const found = find(name, here, sessions);
  if (found.type === 'found') return found.session;
  if (found.type === 'ambiguous')
    throw new UserError(
      `${name} could be any of ${found.candidates.length} sessions`,
      `Give the full name of the one you mean: ${found.candidates.map(withDirectory).join(', ')}`,
      EXIT.ambiguousName,
    );
  throw noSuchSession(name, here, sessions);
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
): SessionInfo[] {
  try {
    return [...new Set(names.map((name) => resolveSession(name, here, sessions)))];
  } catch (error) {
    if (!(error instanceof UserError) || names.length === 1) throw error;
    throw new UserError(`${error.message}: ${undone}`, error.hint, error.exitCode);
  }
}

/** With the directory, as a hash alone does not identify a project for the user. */
function withDirectory({ fullName, root }: SessionInfo): string {
  return `${safeText(fullName)} in ${safeText(root)}`;
}

function noSuchSession(typed: string, here: Project, sessions: readonly SessionInfo[]): UserError {
  // Only a plain name can be that of a new session, in this project.
  const isPlain = isValidName(typed);
  const known = knownNames(typed, here, sessions);
  const shown = known.slice(0, NAMES_SHOWN);
  const more = known.length - shown.length;
  const hints = [
    ...(shown.length > 0
      ? [`There are: ${shown.join(', ')}${more > 0 ? `, and ${more} more` : ''}.`]
      : []),
    ...(isPlain
      ? [`${shown.length > 0 ? 'Or make' : 'Make'} it: codex-sessions start ${typed}`]
      : []),
  ];
  return new UserError(
    `there is no session ${typed}${isPlain ? ` in ${here.name}` : ''}`,
    hints.join(' ') || 'See what there is: codex-sessions ls --all',
    EXIT.noSuchSession,
  );
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
