/** `ls`: the sessions, live and ended. */
import { infoOf, isLost, SupervisorLink, scanSessions, worthListing } from '../client/index.ts';
import { EXIT } from '../platform/errors.ts';
import type { GuardInfo, SessionInfo } from '../protocol/messages.ts';
import { type StatePaths, statePaths } from '../store/paths.ts';
import type { SessionRecord } from '../store/record.ts';
import { printJson, printPainted, say } from '../terminal/output.ts';
import { formatList, sortSessions } from '../ui/list.ts';
import { here, listOptions, sayUnknown, typedName } from './shared/context.ts';
import { reasonOf } from './shared/guard-words.ts';

interface Options {
  readonly here: boolean;
  readonly json: boolean;
  readonly full: boolean;
  readonly wide: boolean;
  readonly all: boolean;
}

export async function run(options: Options): Promise<number> {
  const paths = statePaths();
  const { hash } = here();
  const isWanted = (session: { readonly hash: string }) => !options.here || session.hash === hash;
  using link = new SupervisorLink(paths);
  const { live, ended, unknown, guard } = await scanSessions(link);
  const listed = ended.filter((one) => isWanted(one) && (options.all || worthListing(one)));
  const running = await withVersions(live.filter(isWanted), paths);
  const gone = await Promise.all(listed.map((record) => withResumable(paths, record)));
  const sessions = sortSessions([...running, ...gone], hash);
  if (sessions.length === 0)
    say(`No sessions${options.here ? ' in this project' : ''}. "codex-sessions start" begins one.`);
  if (options.json) printJson(sessions);
  else {
    if (sessions.length > 0) printPainted(formatList(sessions, listOptions(options)));
    sayWhatToDo(sessions, listed.filter(isLost).length, options.here);
    if (live.length > 0) sayUnguarded(guard);
  }
  sayUnknown(unknown);
  return EXIT.ok;
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
  const { installedCodex, isOlder } = await import('./shared/installed-codex.ts');
  return Promise.all(
    live.map(async (session) => {
      const installed = session.codexVersion && (await installedCodex(session, paths));
      return installed && session.codexVersion
        ? { ...session, outdated: isOlder(session.codexVersion, installed) }
        : session;
    }),
  );
}

/** Elsewhere than on Linux it is so always, and nothing can be done. */
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
