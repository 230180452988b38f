/** Checks the supervisor: whether it answers, and what happens if it dies. */
import {
  findGuard,
  isInOtherWorld,
  RefusedError,
  SupervisorLink,
  supervisorHolder,
  supervisorLimits,
} from '../../client/index.ts';
import { messageOf } from '../../platform/errors.ts';
import { statOf } from '../../platform/process-identity.ts';
import { VERSION } from '../../platform/version.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { isOlder } from '../shared/installed-codex.ts';
import { about, type Finding } from './finding.ts';
import { checkGuard } from './guard.ts';

/** A supervisor answers within milliseconds; a suspended one never does. */
const ANSWER_LIMIT_MS = 2_000;

const ELSEWHERE =
  'it runs in another container or sandbox than this command, and sessions start there';
const ELSEWHERE_HINT =
  'For sessions of their own here: set CODEX_SESSIONS_DIR to another directory.';

/** Also returns the live sessions; undefined if the supervisor does not tell. */
export async function checkSupervisor(
  paths: StatePaths,
): Promise<{ found: Finding[]; live: readonly SessionInfo[] | undefined }> {
  const { ok, note, finding } = about('supervisor');
  const pid = supervisorHolder(paths)?.pid;
  try {
    using link = new SupervisorLink(paths);
    const asked = await link.runIfThere(async (connection) => {
      const answer = await connection.request({ type: 'list' }, 'sessions', ANSWER_LIMIT_MS);
      return { connection, answer };
    });
    if (!asked) {
      if (pid === undefined)
        return { found: [ok('none runs; the next start brings one')], live: [] };
      const hint = `It puts its socket back within a minute; if not: kill ${pid} (that ends its sessions)`;
      return { found: [finding(`pid ${pid} runs, but its socket is gone`, hint)], live: undefined };
    }
    const { connection, answer } = asked;
    const { sessions, guard } = answer;
    const version = connection.welcome?.version ?? '';
    const words = `version ${version}, pid ${connection.welcome?.pid}, sessions: ${sessions.length}`;
    const found = isOlder(version, VERSION)
      ? [note(`${words}; installed is ${VERSION}`, 'codex-sessions supervisor upgrade')]
      : [ok(words)];
    const limits = supervisorLimits(connection.welcome);
    if (limits) found.push(note(limits.text, limits.hint));
    if (isInOtherWorld(connection)) found.push(note(ELSEWHERE, ELSEWHERE_HINT));
    // Without a session there is nothing to guard.
    if (sessions.length > 0) found.push(...checkGuard(guard, paths.log));
    return { found, live: sessions };
  } catch (error) {
    // It answers, or closes connections: ending it would end its sessions for no reason.
    const alive = error instanceof RefusedError;
    const found = alive ? finding(error.message, error.hint) : silent(pid, messageOf(error));
    return { found: [found], live: undefined };
  }
}

const REPLACE = 'codex-sessions supervisor restart --force';

/** A process holds the socket, but no process here holds the lock. */
const UNSEEN =
  'It runs in another container or sandbox, or has died and its guard is stopped: kill -CONT that (ps -ef | grep codex-sessions-guard).';

function silent(pid: number | undefined, why: string): Finding {
  const { finding } = about('supervisor');
  if (pid === undefined) return finding(why, UNSEEN);
  const then = findGuard(pid)
    ? 'its guard goes on with the sessions'
    : 'no guard waits, so its sessions end; codex-sessions restore';
  if (/^t$/i.test(statOf(pid)?.state ?? ''))
    return finding(
      `pid ${pid} is stopped (SIGSTOP): nobody can reach its sessions`,
      `kill -CONT ${pid}. Or replace it: ${REPLACE} (${then})`,
    );
  return finding(`pid ${pid} does not answer: ${why}`, `If it stays so: ${REPLACE} (${then})`);
}
