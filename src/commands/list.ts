/** `ls`: the sessions, live and ended. */
import { infoOf, isLost, SupervisorLink, scanSessions, worthListing } from '../client/index.ts';
import { EXIT } from '../platform/errors.ts';
import type { GuardInfo, SessionInfo } from '../protocol/messages.ts';
import { mentionsHosts } from '../store/config.ts';
import { type StatePaths, statePaths } from '../store/paths.ts';
import type { SessionRecord } from '../store/record.ts';
import { printPainted, say } from '../terminal/output.ts';
import { formatList, sortSessions } from '../ui/list.ts';
import type { Collected } from './far/collect.ts';
import { here, listOptions, sayUnknown, typedName } from './shared/context.ts';
import { reasonOf } from './shared/guard-words.ts';
import { scriptForm } from './shared/script-form.ts';
import { type FilterOptions, sessionFilter } from './shared/session-filter.ts';
import { printed } from './shared/session-format.ts';

interface Options extends FilterOptions {
  readonly json: boolean;
  readonly full: boolean;
  readonly wide: boolean;
  readonly all: boolean;
  readonly quiet: boolean;
  readonly format: string | undefined;
  readonly local: boolean;
}

export async function run(options: Options, [query]: readonly string[]): Promise<number> {
  const printIn = scriptForm(options);
  const paths = statePaths();
  const project = here();
  const filter = await sessionFilter(options, query, project);
  const all = options.all || filter.wantsExited;
  const isForAll = !printIn && !options.here && !options.local;
  const others = isForAll ? collectOthers(paths, all) : NO_OTHERS;
  using link = new SupervisorLink(paths);
  const { live, ended, unknown, guard } = await scanSessions(link);
  const listed = ended.filter((one) => all || worthListing(one));
  const gone = listed.map((record) => ({ ...infoOf(paths, record), record }));
  const wanted = new Set(filter.apply([...live, ...gone]));
  const running = await withVersions(
    live.filter((session) => wanted.has(session)),
    paths,
  );
  const records = gone.filter((session) => wanted.has(session)).map(({ record }) => record);
  const shown = await Promise.all(records.map((record) => withResumable(paths, record)));
  const own = sortSessions([...running, ...shown], project.hash);
  const { sessions: known, missing } = await others;
  const far = filter.apply(known);
  // Paths, and so full names, may be the same on both machines.
  const sessions = [
    ...own.map((one) => printed(one)),
    ...far.map((one) => ({ ...printed(one), current: false })),
  ];
  if (sessions.length === 0) sayNone(options, filter.words);
  if (printIn) printIn(sessions);
  else {
    if (sessions.length > 0) printPainted(formatList(sessions, listOptions(options)));
    sayWhatToDo(own, records.filter(isLost).length, options.here);
    if (far.length > 0) (await import('./far/list.ts')).sayLostFar(far);
    if (live.length > 0) sayUnguarded(guard);
  }
  for (const line of missing) say(line);
  sayUnknown(unknown);
  return EXIT.ok;
}

function sayNone(options: Options, words: string): void {
  if (words === '' || (options.here && options.status === undefined))
    say(`No sessions${options.here ? ' in this project' : ''}. "codex-sessions start" begins one.`);
  else say(`No session fits (${words}). Without a filter ls shows all.`);
}

const NO_OTHERS: Collected = { sessions: [], missing: [] };

/** The sessions of the machines in the configuration, gathered at the same time. */
async function collectOthers(paths: StatePaths, all: boolean): Promise<Collected> {
  if (!mentionsHosts(process.env)) return NO_OTHERS;
  const { collectFar } = await import('./far/collect.ts');
  return collectFar(paths, all ? ['--all'] : []);
}

/** Adds whether Codex can resume the conversation; null if that cannot be known. */
async function withResumable(paths: StatePaths, record: SessionRecord): Promise<SessionInfo> {
  const info = infoOf(paths, record);
  const { conversation: id, hadTurn } = record;
  if (!id) return { ...info, resumable: false };
  const { archivedPath, codexHomeOf, seemsRecorded } = await import('../codex/conversation.ts');
  const home = record.codexHome ?? codexHomeOf({ ...process.env, CODEX_HOME: undefined });
  if (await seemsRecorded(home, id)) return { ...info, resumable: true };
  const surelyNot = hadTurn === false || (await archivedPath(home, id)) !== undefined;
  return { ...info, resumable: surelyNot ? false : null };
}

/** Marks sessions that run an older Codex than a start would now, as far as that is known already. */
async function withVersions(
  live: readonly SessionInfo[],
  paths: StatePaths,
): Promise<readonly SessionInfo[]> {
  if (!live.some(({ codexVersion }) => codexVersion)) return live;
  const { installedCodexOf, isOlder } = await import('./shared/installed-codex.ts');
  const installedCodex = installedCodexOf(paths);
  return Promise.all(
    live.map(async (session) => {
      const installed = session.codexVersion && (await installedCodex(session));
      return installed && session.codexVersion
        ? { ...session, outdated: isOlder(session.codexVersion, installed) }
        : session;
    }),
  );
}

/** Except on Linux it is always so, and nothing can be done. */
function sayUnguarded(guard: GuardInfo | undefined): void {
  if (guard?.state !== 'off' || process.platform !== 'linux') return;
  say(`Not guarded: sessions end if their supervisor dies (${reasonOf(guard)}).`);
}

function sayWhatToDo(sessions: readonly SessionInfo[], lost: number, isHere: boolean): void {
  if (lost > 0) {
    const [were, them] = lost === 1 ? ['session was', 'it'] : ['sessions were', 'them'];
    const restore = `codex-sessions restore${isHere ? ' --here' : ''}`;
    say(`${lost} ${were} running; "${restore}" brings ${them} back.`);
  }
  const [old] = sessions.filter(({ outdated }) => outdated);
  if (old)
    say(
      `A newer Codex is installed. To take it into use: codex-sessions restart ${typedName(old)}`,
    );
}
