/** `wait`: returns when the sessions have reached the state that a script waits for. */
import { SessionWatch, type SupervisorLink } from '../client/index.ts';
import { EXIT, usageError } from '../platform/errors.ts';
import { waitsForAnswer } from '../protocol/asks-at-start.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { statePaths } from '../store/paths.ts';
import { print, printJson, say } from '../terminal/output.ts';
import { displayName } from './shared/context.ts';
import { sessionsMatching } from './shared/script-target.ts';

const STATES = ['idle', 'done', 'working', 'blocked', 'error', 'exited'] as const;
type State = (typeof STATES)[number];

/** The states in which a session does nothing more by itself. */
const DEFAULT_UNTIL: readonly State[] = ['idle', 'blocked', 'error', 'exited'];
/** A script that hangs for ever is worse than one that has to set a longer limit. */
const WAIT_LIMIT_MS = 3_600_000;

interface Options {
  readonly until: string | undefined;
  readonly any: boolean;
  readonly json: boolean;
  readonly timeout: number | undefined;
}

export async function run(options: Options, names: readonly string[]): Promise<number> {
  const until = new Set(options.until === undefined ? DEFAULT_UNTIL : parseUntil(options.until));
  const { link, sessions } = await sessionsMatching(statePaths(), names);
  using _link = link;
  const limitMs = options.timeout ?? WAIT_LIMIT_MS;
  const all = { link, sessions, until, any: options.any, limitMs };
  const { reached, open } = await waitFor(all);
  if (options.json) printJson(reached);
  else for (const session of reached) print(`${displayName(session)} ${wordOf(session)}`);
  for (const session of open)
    say(`${displayName(session)} is still ${session.status ?? 'running'}; the time limit is over.`);
  if (open.length > 0) return EXIT.timeLimit;
  return exitCode(reached, options.until === undefined ? undefined : until);
}

/** @throws UserError (usage) for a word that is not a state */
function parseUntil(text: string): State[] {
  return text.split(',').map((word) => {
    const state = STATES.find((one) => one === word.trim());
    if (state) return state === 'done' ? 'idle' : state;
    throw usageError(`--until does not know "${word}"`, `It takes ${STATES.join(', ')}.`);
  });
}

interface WaitRequest {
  readonly link: SupervisorLink;
  readonly sessions: readonly SessionInfo[];
  readonly until: ReadonlySet<State>;
  readonly any: boolean;
  readonly limitMs: number;
}

/** `reached`: in the order in which they got there; `open`: those that did not within the time limit. */
async function waitFor(
  request: WaitRequest,
): Promise<{ reached: SessionInfo[]; open: readonly SessionInfo[] }> {
  const reached = new Map<string, SessionInfo>();
  const wanted = request.any ? 1 : request.sessions.length;
  const followed = await follow(request);
  const look = (session: SessionInfo) => {
    const fullName = followed.watch?.followedAs(session) ?? session.fullName;
    // An ended session will not reach any other state.
    const state = stateOf(session);
    const there = state === 'exited' || (state !== undefined && request.until.has(state));
    if (there && !reached.has(fullName)) reached.set(fullName, session);
    return reached.size >= wanted;
  };
  for (const session of followed.sessions) look(session);
  if (reached.size < wanted)
    await followed.watch?.next(({ session }) => look(session) || undefined, request.limitMs);
  const open = followed.sessions
    .filter(({ fullName }) => reached.size < wanted && !reached.has(fullName))
    .map((session) => followed.watch?.get(session.fullName) ?? session);
  return { reached: [...reached.values()], open };
}

/** The sessions as they are when the subscription begins. */
async function follow({
  link,
  sessions,
}: WaitRequest): Promise<{ watch: SessionWatch | undefined; sessions: readonly SessionInfo[] }> {
  const fullNames = sessions.map(({ fullName }) => fullName);
  const watch = await SessionWatch.open(link, fullNames);
  return {
    watch,
    sessions: sessions.map((session) => {
      const now = watch?.get(session.fullName);
      if (now || session.state !== 'running') return now ?? session;
      // It ended between the list and the subscription.
      return { ...session, state: 'exited', status: null };
    }),
  };
}

/** `idle` and `done` differ only in whether a client has looked. */
function stateOf(session: SessionInfo): State | undefined {
  if (session.state !== 'running') return 'exited';
  const { status } = session;
  if (waitsForAnswer(session)) return 'blocked';
  if (status === 'idle' || status === 'done') return 'idle';
  return STATES.find((state) => state === status);
}

function wordOf(session: SessionInfo): string {
  const { state, status, statusReason } = session;
  if (state !== 'running') return state;
  return waitsForAnswer(session) && statusReason
    ? `${status} ${statusReason}`
    : (status ?? 'running');
}

/** With `until`, only those states are a success. */
function exitCode(reached: readonly SessionInfo[], until: ReadonlySet<State> | undefined): number {
  const states = reached.map(stateOf);
  if (until) return states.every((state) => state && until.has(state)) ? EXIT.ok : EXIT.failure;
  if (states.some((state) => state === 'exited' || state === 'error')) return EXIT.failure;
  return states.includes('blocked') ? EXIT.notReady : EXIT.ok;
}
