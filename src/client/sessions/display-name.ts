import { fullNameOf, type SessionName, shortName } from '../../store/names.ts';
import { farHost } from '../../terminal/far-terminal.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { shellWords } from '../../terminal/shell-words.ts';

/**
 * `project:name`, safe to print on a terminal; for a user on another machine, preceded by their name for
 * this one.
 */
export function displayName(session: SessionName): string {
  return forUser(safeText(shortName(session)));
}

/** The name of a session here as the user, perhaps on another machine, can type it. */
export function forUser(name: string): string {
  const host = farHost();
  return host === undefined ? name : `${host}/${name}`;
}

/** As {@link displayName}, quoted for a command line, where it means this session in any directory. */
export function typedName(session: SessionName): string {
  const name = displayName(session);
  const { project, hash } = session;
  // It would be taken for an option.
  const isOption = name.startsWith('-');
  return shellWords([
    isOption ? safeText(fullNameOf({ name: project, hash }, session.name)) : name,
  ]);
}
