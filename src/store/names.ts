/**
 * Names of sessions, and what the user may type for one. Commands resolve a name before anything else,
 * so that a wrong one is always reported first.
 */
import { EXIT, UserError } from '../platform/errors.ts';
import { safeJson } from '../terminal/safe-text.ts';
import type { Project } from './project.ts';

export const DEFAULT_NAME = 'main';
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** A project's name may contain anything, even colons and newlines, so the last two fields match first. */
const FULL_NAME = /^\*?codex:([\s\S]*):([A-Za-z0-9][A-Za-z0-9._-]{0,63}):([0-9a-f]{8})\*?$/;

export interface SessionName {
  readonly project: string;
  readonly name: string;
  readonly hash: string;
}

export function isValidName(name: string): boolean {
  return NAME.test(name);
}

/** @throws UserError (usage) for a name that no session can have. */
export function checkName(name: string): string {
  if (isValidName(name)) return name;
  throw new UserError(
    `${safeJson(name.slice(0, 80))} cannot be a session's name`,
    'A name starts with a letter or digit and goes on with letters, digits, ".", "_" or "-", 64 at most.',
    EXIT.usage,
  );
}

export function fullNameOf(project: Pick<Project, 'name' | 'hash'>, name: string): string {
  return `codex:${project.name}:${name}:${project.hash}`;
}

/** Parses a full name, also as `*codex:…*`; undefined for anything else. */
export function parseFullName(text: string): SessionName | undefined {
  const match = FULL_NAME.exec(text);
  if (!match || text.startsWith('*') !== text.endsWith('*')) return undefined;
  return { project: match[1] ?? '', name: match[2] ?? '', hash: match[3] ?? '' };
}

/** `project:name`, for the user. */
export function shortName(session: SessionName): string {
  return `${session.project}:${session.name}`;
}

export type Found<S> =
  | { readonly type: 'found'; readonly session: S }
  | { readonly type: 'none' }
  | { readonly type: 'ambiguous'; readonly candidates: readonly S[] };

/** Looks up among `sessions` what the user typed; `here` is the project of the working directory. */
export function find<S extends SessionName>(
  typed: string,
  here: Project,
  sessions: readonly S[],
): Found<S> {
  const full = parseFullName(typed);
  if (full)
    return only(
      sessions.filter(
        (s) => s.hash === full.hash && s.name === full.name && s.project === full.project,
      ),
    );
  const mine = sessions.filter((s) => s.hash === here.hash && s.name === typed);
  if (mine.length > 0) return only(mine);
  const colon = typed.lastIndexOf(':');
  if (colon < 0) return { type: 'none' };
  const project = typed.slice(0, colon);
  const name = typed.slice(colon + 1) || DEFAULT_NAME;
  const named = sessions.filter((s) => s.project === project && s.name === name);
  const local = named.filter((s) => s.hash === here.hash);
  return only(local.length > 0 ? local : named);
}

function only<S>(candidates: readonly S[]): Found<S> {
  const [first] = candidates;
  if (!first) return { type: 'none' };
  return candidates.length === 1
    ? { type: 'found', session: first }
    : { type: 'ambiguous', candidates };
}
