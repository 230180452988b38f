/** Finds the sessions that several names mean, each of which may be a glob. */
import { EXIT, UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { alike, isGlob, matching } from '../../store/globs.ts';
import { shortName } from '../../store/names.ts';
import type { Project } from '../../store/project.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { shellWords } from '../../terminal/shell-words.ts';
import { forUser } from './display-name.ts';
import {
  ambiguous,
  findSession,
  isRunning,
  listed,
  resolveSession,
  thereAre,
  undoing,
  type Wanted,
} from './resolve.ts';

/** The sessions that each glob among the names stands for. */
export interface GlobMatch {
  readonly glob: string;
  readonly sessions: readonly SessionInfo[];
}

export interface Selection {
  /** Without duplicates, in the order of the names. */
  readonly sessions: readonly SessionInfo[];
  readonly globs: readonly GlobMatch[];
}

export interface SelectOptions extends Wanted {
  /** What the error adds if one of several names is wrong (`nothing was …`). */
  readonly undone?: string;
  /** The sessions that a glob may stand for; by default those that are running. */
  readonly isMeant?: (session: SessionInfo) => boolean;
}

/**
 * All names are looked up before anything is done, so one wrong name stops everything. A glob that
 * is the name of a session means that session.
 * @throws UserError 3 if there is no such session, 4 if a name, or a match of a glob, fits several
 */
export function selectSessions(
  names: readonly string[],
  here: Project,
  all: readonly SessionInfo[],
  { undone, isMeant = isRunning, ...wanted }: SelectOptions = {},
): Selection {
  const globs: GlobMatch[] = [];
  const select = (name: string): readonly SessionInfo[] => {
    if (!isGlob(name) || findSession(name, here, all, wanted).type !== 'none')
      return [resolveSession(name, here, all, wanted)];
    const sessions = sessionsOf(name, here, all, isMeant);
    globs.push({ glob: name, sessions });
    return sessions;
  };
  return undoing(names, undone, () => ({ sessions: [...new Set(names.flatMap(select))], globs }));
}

/**
 * As {@link selectSessions}, for arguments where one name is allowed; if there is none, `main` of
 * this project.
 */
export function selectNamed(
  typed: string | undefined,
  here: Project,
  all: readonly SessionInfo[],
  options: SelectOptions = {},
): Selection {
  if (typed !== undefined) return selectSessions([typed], here, all, options);
  return { sessions: [resolveSession(typed, here, all, options)], globs: [] };
}

/** This project's first, then by project and name. */
function sessionsOf(
  glob: string,
  here: Project,
  all: readonly SessionInfo[],
  isMeant: (session: SessionInfo) => boolean,
): readonly SessionInfo[] {
  const found = matching(glob, here, all.filter(isMeant));
  if (found.length === 0) throw noMatch(glob, here, all);
  const same = alike(glob, found);
  if (same.length > 0) throw ambiguous(glob, same);
  const place = ({ hash, project, root, name }: SessionInfo) =>
    [Number(hash !== here.hash), project, root, name].join('\0');
  return [...found].sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

function noMatch(glob: string, here: Project, all: readonly SessionInfo[]): UserError {
  const named = (session: SessionInfo) => safeText(shortName(session));
  const ended = matching(glob, here, all).map(named);
  const elsewhere = glob.includes(':')
    ? []
    : matching(`*:${glob}`, here, all.filter(isRunning)).map(named);
  const hint =
    elsewhere.length > 0
      ? `In other projects it is ${shellWords([forUser(`*:${glob}`)])}: ${listed(elsewhere)}.`
      : ended.length > 0
        ? `It fits what has ended: ${listed(ended)}.`
        : thereAre(glob, here, all.filter(isRunning));
  return new UserError(
    `no running session matches ${glob}${glob.includes(':') ? '' : ` in ${here.name}`}`,
    hint || 'See what there is: codex-sessions ls --all',
    EXIT.noSuchSession,
  );
}
