/**
 * Who may change what lies at a path. The rules are those of OpenSSH's StrictModes: the owner is we or
 * root, nobody else may write, and the same holds for the directories on the way (`safe_path` in its
 * misc.c); for groups, those of Debian's user-group-modes.patch to it.
 */
import { readFileSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

const GROUP_WRITE = 0o020;
const OTHERS_WRITE = 0o002;

type Owner = Pick<Stats, 'uid'>;

export function isOurs({ uid }: Owner): boolean {
  return uid === process.getuid?.();
}

/** Ours, or that of root, who can change anything of ours. */
export function isTrusted(owner: Owner): boolean {
  return owner.uid === 0 || isOurs(owner);
}

/** Whether anybody but its owner and root can write to it. Access control lists show in the group's bits. */
export function othersMayWrite({ mode, gid }: Pick<Stats, 'mode' | 'gid'>): boolean {
  if ((mode & OTHERS_WRITE) !== 0) return true;
  return (mode & GROUP_WRITE) !== 0 && !isOwnGroup(gid);
}

/**
 * A group that is a user's own has his number and nobody else in it: where there are such groups, the
 * umask is 002 as a rule, and all that he makes can be written by it (pam_umask(8), `usergroups`).
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

/** The fields of each line; nothing where there is no such file, as in a small container. */
function entries(path: string): string[][] {
  try {
    const lines = readFileSync(path, 'utf8').split('\n');
    return lines.filter(Boolean).map((line) => line.split(':'));
  } catch {
    return [];
  }
}

/** What there is of `path` and the directories above it, the deepest first, up to `top` or the root. */
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
