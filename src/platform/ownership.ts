/**
 * Who may change what lies at a path. The rules are those of OpenSSH's StrictModes: the user or root owns
 * it, no other user may write to it, and the same holds for the directories above it (`safe_path` in
 * misc.c); for groups, the rules of Debian's user-group-modes.patch.
 */
import { readFileSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

const GROUP_WRITE = 0o020;
const OTHERS_WRITE = 0o002;

type Owner = Pick<Stats, 'uid'>;

export function isOurs({ uid }: Owner): boolean {
  return uid === process.getuid?.();
}

/** Ours, or root's, who can change anything of ours anyway. */
export function isTrusted(owner: Owner): boolean {
  return owner.uid === 0 || isOurs(owner);
}

/** Whether users other than its owner and root can write to it. ACLs show in the group's bits. */
export function othersMayWrite({ mode, gid }: Pick<Stats, 'mode' | 'gid'>): boolean {
  if ((mode & OTHERS_WRITE) !== 0) return true;
  return (mode & GROUP_WRITE) !== 0 && !isOwnGroup(gid);
}

/**
 * A user's private group has the user's number and no other member. Where there are such groups, the umask
 * is usually 002, and all of the user's files are group-writable (pam_umask(8), `usergroups`).
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

/** The fields of each line; none where there is no such file, as in a small container. */
function entries(path: string): string[][] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.filter(Boolean).map((line) => line.split(':'));
  } catch {
    return [];
  }
}

/** Those of `path` and its ancestors that exist, the deepest first, up to `top` or the root. */
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

/** Undefined where there is nothing, or nothing that we may look at. */
export function statAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
