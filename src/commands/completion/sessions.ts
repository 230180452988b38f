/**
 * The sessions that a shell offers for completion. Read only: starts no supervisor, removes no
 * record, and does not wait for a supervisor that does not answer; then the records have to do.
 */
import {
  infoOf,
  isOfOne,
  liveSessions,
  nameFromElsewhere,
  SupervisorLink,
} from '../../client/index.ts';
import { bootId, isAlive } from '../../platform/process-identity.ts';
import { waitsForAnswer } from '../../protocol/asks-at-start.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { hostOf, joinLine } from '../../remote/index.ts';
import { loadHosts, mentionsHosts } from '../../store/config.ts';
import { type HostName, parseHostName } from '../../store/host-names.ts';
import { shortName } from '../../store/names.ts';
import { hasPrivateState, type StatePaths, statePaths } from '../../store/paths.ts';
import { type Project, projectOf } from '../../store/project.ts';
import { recordFileName, type SessionRecord, scanRecords } from '../../store/record.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { sortSessions } from '../../ui/list.ts';
import { needTextOf, stateOf, titleOf } from '../../ui/session-text.ts';
import { here } from '../shared/context.ts';

type Kind = 'running' | 'asking' | 'attached' | 'ended' | 'any';

interface Candidate {
  readonly value: string;
  readonly description: string;
}

/** An answer takes 2 ms; a user who types notices some 100. */
const ANSWER_LIMIT_MS = 250;
/** The same for another machine, each for the connection and the answer: 60 ms and two round trips. */
const FAR_LIMIT_MS = 1_000;
/** Length of a description: status and topic. */
const COLUMNS_MAX = 70;

/**
 * `kind`: which sessions; `cwd`: the directory whose project counts; `word`: what is typed of the
 * name.
 */
export async function sessionCandidates(
  kind: Kind,
  cwd: string | undefined,
  word: string,
): Promise<readonly Candidate[]> {
  const named = parseHostName(word);
  if (named) return farCandidates(named, kind).catch(() => []);
  const project = projectAt(cwd);
  const all = await allSessions();
  const wanted = all.filter((session) => isWanted(session, kind));
  const own = sortSessions(wanted, project.hash).map((session) => ({
    value: nameToType(session, project, all, word),
    description: describe(session),
  }));
  return [...own, ...(await hostCandidates())].filter(canBeTyped);
}

function canBeTyped({ value }: Candidate): boolean {
  return safeText(value) === value.trim();
}

/** The beginning of a name on each machine in the configuration. */
async function hostCandidates(): Promise<readonly Candidate[]> {
  if (!mentionsHosts(process.env)) return [];
  // Other commands say what is wrong with the configuration.
  const hosts = await loadHosts(process.env).catch(() => ({}));
  return Object.keys(hosts).map((name) => ({ value: `${name}/`, description: 'another machine' }));
}

/** The sessions of another machine, if there is a connection to it: a TAB makes none. */
async function farCandidates(typed: HostName, kind: Kind): Promise<readonly Candidate[]> {
  const paths = statePaths();
  if (!hasPrivateState(paths)) return [];
  const host = hostOf(typed.host, await loadHosts(process.env));
  const line = await joinLine(paths, host, FAR_LIMIT_MS);
  const { farSessions } = await import('../far/list.ts');
  const all = (await inTime(farSessions(line, ['list']), FAR_LIMIT_MS)) ?? [];
  return all
    .filter((session) => isWanted(session, kind))
    .map((session) => ({
      value: nameThere(session, all, typed),
      description: describe(session),
    }))
    .filter(canBeTyped);
}

/** With its project, unless a name that is unique on its machine has been begun, or the full name. */
function nameThere(
  session: SessionInfo,
  all: readonly SessionInfo[],
  { host, rest }: HostName,
): string {
  const { name, fullName } = session;
  if (rest.length > 'codex:'.length && fullName.startsWith(`${host}/${rest}`)) return fullName;
  const isBegun = rest !== '' && name.startsWith(rest);
  if (isBegun && all.filter((one) => one.name === name).length === 1) return `${host}/${name}`;
  return nameFromElsewhere(session, all);
}

/** The projects that have sessions. */
export async function projectCandidates(): Promise<readonly Candidate[]> {
  const counts = new Map<string, number>();
  for (const { project } of await allSessions())
    if (safeText(project) === project) counts.set(project, (counts.get(project) ?? 0) + 1);
  return [...counts].map(([value, count]) => ({
    value,
    description: `${count} session${count === 1 ? '' : 's'}`,
  }));
}

/** The conversations of the project's sessions. */
export async function conversationCandidates(
  cwd: string | undefined,
): Promise<readonly Candidate[]> {
  const { hash } = projectAt(cwd);
  return (await allSessions()).flatMap((session) =>
    session.hash === hash && session.conversation
      ? [{ value: session.conversation, description: `${session.name}: ${describe(session)}` }]
      : [],
  );
}

function projectAt(cwd: string | undefined): Project {
  if (cwd === undefined) return here();
  try {
    return projectOf(cwd);
  } catch {
    return here();
  }
}

function isWanted(session: SessionInfo, kind: Kind): boolean {
  if (kind === 'any') return true;
  if (kind === 'attached') return session.clients > 0;
  if (kind === 'asking') return waitsForAnswer(session);
  return (session.state === 'running') === (kind === 'running');
}

/** The name alone, in its project, unless more than that is typed already. */
function nameToType(
  session: SessionInfo,
  project: Project,
  all: readonly SessionInfo[],
  word: string,
): string {
  const { fullName } = session;
  if (word.length > 'codex:'.length && fullName.startsWith(word)) return fullName;
  if (session.hash !== project.hash) return nameFromElsewhere(session, all);
  const short = shortName(session);
  return word.includes(':') && short.startsWith(word) ? short : session.name;
}

function describe(session: SessionInfo): string {
  const { text } = stateOf(session, Date.now(), true);
  const about = needTextOf(session) || titleOf(session);
  return safeText(about ? `${text}: ${about}` : text, COLUMNS_MAX);
}

async function allSessions(): Promise<readonly SessionInfo[]> {
  try {
    const paths = statePaths();
    if (!hasPrivateState(paths)) return [];
    using link = new SupervisorLink(paths);
    const live = await inTime(liveSessions(link), ANSWER_LIMIT_MS);
    const records = recordsBeside(paths, live ?? []);
    if (live) return [...live, ...records.map((record) => infoOf(paths, record))];
    return records.map((record) => asRecorded(paths, record));
  } catch {
    return [];
  }
}

/** Undefined if there is no answer within `limitMs`. */
async function inTime<T>(answer: Promise<T>, limitMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, limitMs, undefined);
  });
  return Promise.race([answer, late])
    .catch(() => undefined)
    .finally(() => clearTimeout(timer));
}

function recordsBeside(paths: StatePaths, live: readonly SessionInfo[]): SessionRecord[] {
  const { records } = scanRecords(paths.records, new Set(live.map(recordFileName)));
  return records.filter((record) => !isOfOne(live, record));
}

/** Without an answer of the supervisor, a session counts as running if its process is. */
function asRecorded(paths: StatePaths, record: SessionRecord): SessionInfo {
  const info = infoOf(paths, record);
  const { end, pid, pidStart } = record;
  const runs =
    end === null && pidStart !== undefined && record.bootId === bootId() && isAlive(pid, pidStart);
  return runs ? { ...info, state: 'running', pid } : info;
}
