/**
 * Selects the sessions that `ls` and `watch` show: by status, project, and a query as in the
 * switcher.
 */
import { usageError } from '../../platform/errors.ts';
import { waitsForAnswer } from '../../protocol/asks-at-start.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { fits, isGlob, matching } from '../../store/globs.ts';
import { type Project, projectOf } from '../../store/project.ts';
import { safeJson } from '../../terminal/safe-text.ts';

export interface FilterOptions {
  readonly here: boolean;
  readonly status: string | undefined;
  readonly project: string | undefined;
}

export interface SessionFilter {
  /** The matching sessions, in the same order. */
  apply<S extends SessionInfo>(sessions: readonly S[]): readonly S[];
  /** Sessions that were ended on purpose are requested. */
  readonly wantsExited: boolean;
  /** What is shown, in words; empty if it is everything. */
  readonly words: string;
}

/** The status of a running session, the state of any other. */
const STATUSES = [
  ...['starting', 'working', 'blocked', 'done', 'idle', 'error', 'unknown'],
  ...['exited', 'lost'],
] as const;

type Test = (session: SessionInfo) => boolean;

/** @throws UserError (usage) for an unknown status, and for two projects */
export async function sessionFilter(
  { here, status, project }: FilterOptions,
  query: string | undefined,
  hereProject: Project,
): Promise<SessionFilter> {
  if (here && project !== undefined)
    throw usageError('--here and --project are two projects', 'Use one of the two.');
  const statuses = status === undefined ? undefined : parseStatuses(status);
  const tests: Test[] = [];
  if (here) tests.push(({ hash }) => hash === hereProject.hash);
  if (project !== undefined) tests.push(ofProject(project));
  if (statuses) tests.push((session) => statuses.some((one) => hasStatus(session, one)));
  const found = query === undefined ? undefined : await byQuery(query, hereProject);
  return {
    apply: (sessions) => {
      const left = sessions.filter((session) => tests.every((test) => test(session)));
      if (!found) return left;
      const names = new Set(found(left).map(({ fullName }) => fullName));
      return left.filter(({ fullName }) => names.has(fullName));
    },
    wantsExited: statuses?.includes('exited') ?? false,
    words: [statuses?.join(', '), here ? hereProject.name : project, query && safeJson(query)]
      .filter(Boolean)
      .join(' · '),
  };
}

function parseStatuses(text: string): string[] {
  const words = text.split(',').map((word) => word.trim());
  for (const word of words)
    if (!STATUSES.some((status) => status === word))
      throw usageError(
        `--status does not know ${safeJson(word)}`,
        `It takes ${STATUSES.join(', ')}, several with commas.`,
      );
  return words;
}

/** A session that asks before it begins counts as blocked as well as starting. */
function hasStatus(session: SessionInfo, wanted: string): boolean {
  if (session.state !== 'running') return session.state === wanted;
  return session.status === wanted || (wanted === 'blocked' && waitsForAnswer(session));
}

/** A name, possibly with `*` and `?`; or a directory in the project. */
function ofProject(typed: string): Test {
  if (typed.includes('/') || typed === '.' || typed === '..') {
    const { hash } = projectOf(typed);
    return (session) => session.hash === hash;
  }
  return ({ project }) => fits(typed, project);
}

async function byQuery(
  query: string,
  here: Project,
): Promise<(sessions: readonly SessionInfo[]) => readonly SessionInfo[]> {
  if (isGlob(query)) return (sessions) => matching(query, here, sessions);
  const { search } = await import('../../ui/fuzzy.ts');
  return (sessions) => search(query, sessions, here.hash).map(({ session }) => session);
}
