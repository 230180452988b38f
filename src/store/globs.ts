/**
 * Matches names with `*` and `?`, which stand for several sessions. They are matched part by part,
 * as plain names are looked up: without a project they mean this one, and no `*` matches the colon
 * between parts.
 */
import { DEFAULT_NAME, parseFullName, type SessionName, shortName } from './names.ts';
import type { Project } from './project.ts';

const WILD = /[*?]/;
const FULL_GLOB = /^codex:([\s\S]*):([A-Za-z0-9._*?-]+):([0-9a-f]{8})$/;

/** Whether it may stand for several sessions; a directory's name may contain `*` too. */
export function isGlob(typed: string): boolean {
  return WILD.test(typed) && parseFullName(typed) === undefined;
}

/** The sessions that `glob` stands for; `here` is the project of the working directory. */
export function matching<S extends SessionName>(
  glob: string,
  here: Project,
  sessions: readonly S[],
): S[] {
  const { project, name, hash } = partsOf(glob);
  const named = sessions.filter((one) => fits(name, one.name));
  const isHere = (one: S) => one.hash === here.hash;
  if (hash !== undefined)
    return named.filter((one) => one.hash === hash && fits(project ?? '', one.project));
  if (project === undefined) {
    const mine = named.filter(isHere);
    return mine.length > 0 || !here.reachesAll ? mine : named;
  }
  const found = named.filter((one) => fits(project, one.project));
  if (WILD.test(project)) return found;
  // As with a plain name: if projects share a name, this project's session is meant.
  const mine = new Set(found.filter(isHere).map((one) => one.name));
  return found.filter((one) => isHere(one) || !mine.has(one.name));
}

/** Those of `found` that a plain name could not tell apart; none if the project was a glob, too. */
export function alike<S extends SessionName>(glob: string, found: readonly S[]): S[] {
  const { project, hash } = partsOf(glob);
  if (hash !== undefined || (project !== undefined && WILD.test(project))) return [];
  const plain = (one: S) => (project === undefined ? one.name : shortName(one));
  return found.filter((one) => found.some((other) => other !== one && plain(other) === plain(one)));
}

function partsOf(glob: string): { project?: string; name: string; hash?: string } {
  const full = FULL_GLOB.exec(glob);
  if (full) return { project: full[1] ?? '', name: full[2] ?? '', hash: full[3] ?? '' };
  const colon = glob.lastIndexOf(':');
  if (colon < 0) return { name: glob };
  return { project: glob.slice(0, colon), name: glob.slice(colon + 1) || DEFAULT_NAME };
}

/** `*` is any number of characters, `?` is one. The time is at most the product of both lengths. */
export function fits(glob: string, text: string): boolean {
  const [wanted, given] = [[...glob], [...text]];
  let [at, star, from] = [0, -1, 0];
  for (let place = 0; place < given.length; ) {
    if (wanted[at] === '*') {
      [star, from] = [at, place];
      at += 1;
    } else if (at < wanted.length && (wanted[at] === '?' || wanted[at] === given[place])) {
      at += 1;
      place += 1;
    } else if (star >= 0) {
      // The last star takes one more character.
      from += 1;
      [at, place] = [star + 1, from];
    } else return false;
  }
  return wanted.slice(at).every((char) => char === '*');
}
