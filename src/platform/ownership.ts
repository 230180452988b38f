/**
 * Who can change the file at a path. The rules are those of OpenSSH's StrictModes: the user or root owns
 * it, no other user can write to it, and the same holds for the directories above it (`safe_path` in
 * misc.c); for groups, those of Debian's user-group-modes.patch.
 */
import { readFileSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

const GROUP_WRITE = 0o020;
const OTHERS_WRITE = 0o002;

type Owner = Pick<Stats, 'uid'>;

export function isOurs({ uid }: Owner): boolean {
  return uid === process.getuid?.();
}

/** Whether it is ours or root's, who can change anything of ours anyway. */
export function isTrusted(owner: Owner): boolean {
  return owner.uid === 0 || isOurs(owner);
}

/** Whether users other than its owner and root can write to it. ACLs show up in the group's bits. */
export function othersMayWrite({ mode, gid }: Pick<Stats, 'mode' | 'gid'>): boolean {
  if ((mode & OTHERS_WRITE) !== 0) return true;
  return (mode & GROUP_WRITE) !== 0 && !isOwnGroup(gid);
}

/**
 * Whether it is the user's private group, with the same id as the user and no other member. On systems
 * with such groups the umask is usually 002, and all of the user's files are group-writable
 * (pam_umask(8), `usergroups`).
 */
function isOwnGroup(gid: number): boolean {
  if (gid !== process.getuid?.()) return false;
  const users = entries('/etc/passwd');
  const ourNames = users.filter(([, , uid]) => Number(uid) === gid).map(([name]) => name);
  const others = users.filter(([, , uid, group]) => Number(group) === gid && Number(uid) !== gid);
  const members = entries('/etc/group')
    .filter(([, , number]) => Number(number) === gid)
    .flatMap(([, , , names = '']) => names.split(','));
  return others.length === 0 && members.every((name) => name === '' || ourNames.includes(name));
}

/** The fields of each line; none if the file does not exist, as in a small container. */
function entries(path: string): string[][] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.filter(Boolean).map((line) => line.split(':'));
  } catch {
    return [];
  }
}

/** `path` and its ancestors as far as they exist, the deepest first, up to `top` or the root. */
export function* directoriesUpTo(
  path: string,
  top: string,
): Generator<{ path: string; stat: Stats }> {
  for (let at = path; ; at = dirname(at)) {
    const stat = statAt(at);
    if (stat) yield { path: at, stat };
    if (at === top || at === dirname(at)) return;
  }
}

/** Undefined if it does not exist or cannot be accessed. */
export function statAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
