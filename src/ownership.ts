/** Whose a file is. */
import type { Stats } from 'node:fs';

type Owner = Pick<Stats, 'uid'>;

export function isOurs({ uid }: Owner): boolean {
  return uid === process.getuid?.();
}

/** Ours, or that of root, who can change anything of ours. */
export function isTrusted(owner: Owner): boolean {
  return owner.uid === 0 || isOurs(owner);
}
