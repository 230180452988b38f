/** Finds the sessions of a project that had another path before: its sessions go by the old one. */
import { existsSync } from 'node:fs';
import type { StatePaths } from '../../store/paths.ts';
import { directoryId, type Project } from '../../store/project.ts';
import { recordNames, recordsWith, type SessionRecord } from '../../store/record.ts';
import { safeText } from '../../terminal/safe-text.ts';

/**
 * What to tell a user who starts the first session of a project that was moved or renamed; undefined for
 * any other. It is sure that it was: nothing is at the old path, and this is the same directory.
 */
export function movedProjectHint(paths: StatePaths, project: Project): string | undefined {
  const names = recordNames(paths.records);
  // None, or some of this path: then the project is not new here.
  if (names.length === 0 || names.some((name) => name.endsWith(`:${project.hash}.json`)))
    return undefined;
  const id = directoryId(project.root);
  if (id === undefined) return undefined;
  const moved = recordsWith(paths.records, names, id).filter(
    (record) => record.rootId === id && record.root !== project.root && !existsSync(record.root),
  );
  const [last] = moved.sort((a, b) => (a.lastActivityAt < b.lastActivityAt ? 1 : -1));
  return last && hint(last, moved.length, project);
}

function hint({ root, fullName }: SessionRecord, count: number, project: Project): string {
  const sessions = count === 1 ? 'a session' : `${count} sessions`;
  return (
    `This project was ${safeText(root)} before, and has ${sessions} of that name. ` +
    `To go on with the last one here: codex-sessions start -C ${word(project.root)} ${word(fullName)}`
  );
}

/** As one word of a shell's command line. */
function word(text: string): string {
  const safe = safeText(text);
  return /^[\w@%+=:,./-]+$/.test(safe) ? safe : `'${safe.replaceAll("'", "'\\''")}'`;
}
