/**
 * Finds the sessions of a project that had another path before, under which its sessions are kept.
 */
import { existsSync } from 'node:fs';
import type { SessionInfo } from '../../protocol/messages.ts';
import { fullNameOf, type SessionName } from '../../store/names.ts';
import type { StatePaths } from '../../store/paths.ts';
import { directoryId, type Project } from '../../store/project.ts';
import {
  readRecord,
  recordNames,
  recordsWith,
  renameRecord,
  type SessionRecord,
} from '../../store/record.ts';
import { renameShown } from '../../store/terminal-history.ts';
import { safeText } from '../../terminal/safe-text.ts';

/**
 * What to tell a user who starts the first session of a project that was moved or renamed;
 * undefined for any other project. It is certain: nothing is at the old path, and this is the same
 * directory.
 */
export function movedProjectHint(paths: StatePaths, project: Project): string | undefined {
  const names = recordNames(paths.records);
  // There are none, or some have this path: then the project is not new here.
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

/**
 * Moves an ended session into the project that its own has become, if that is certain and the name
 * is free there.
 * @returns whether it is there now
 */
export function moveToProject(
  paths: StatePaths,
  session: SessionName,
  project: Project,
  all: readonly SessionInfo[],
): boolean {
  const fullName = fullNameOf(project, session.name);
  const record = readRecord(paths.records, session);
  if (!record || all.some((one) => one.fullName === fullName)) return false;
  const { root, rootId } = record;
  const isMoved = rootId !== undefined && rootId === directoryId(project.root) && !existsSync(root);
  if (!isMoved || root === project.root) return false;
  const { name, hash } = project;
  const moved = { ...record, fullName, project: name, hash, root: project.root };
  renameRecord(paths.records, record, moved);
  renameShown(paths, record.fullName, fullName);
  return true;
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
