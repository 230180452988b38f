/** Checks what happens to the sessions if the supervisor dies, and reports whether one has died. */
import type { GuardInfo } from '../../protocol/messages.ts';
import { reasonOf } from '../shared/guard-words.ts';
import { about, type Finding } from './finding.ts';

/** `guard`: as reported by the supervisor; `log`: where it has written why another one died. */
export function checkGuard(
  guard: GuardInfo | undefined,
  log: string,
  platform: NodeJS.Platform = process.platform,
): Finding[] {
  return [now(guard, platform), ...deaths(guard, log)];
}

function now(guard: GuardInfo | undefined, platform: NodeJS.Platform): Finding {
  const { ok, note, finding } = about('guard');
  if (guard?.state === 'on')
    return ok(`pid ${guard.pid}: if the supervisor dies, its sessions go on`);
  if (guard?.state === 'starting')
    return note('it is being started: until then the sessions end with the supervisor');
  if (platform !== 'linux')
    return ok('none, which needs Linux: if the supervisor dies, its sessions end');
  if (!guard)
    return note(
      'none: the supervisor is of an earlier version, and the sessions end with it',
      'codex-sessions supervisor upgrade',
    );
  return finding(`none: the sessions end with the supervisor (${reasonOf(guard)})`, advice(guard));
}

function advice({ reason = '' }: GuardInfo): string {
  if (/CODEX_SESSIONS_NO_GUARD/.test(reason))
    return 'An upgrade changes nothing. Once its sessions have ended, start the next supervisor without that variable.';
  if (/ENOSPC|EDQUOT/.test(reason)) return 'Make room in /dev/shm.';
  if (/\/dev\/shm/.test(reason)) return 'Mount a tmpfs at /dev/shm that you can write to.';
  return 'See supervisor.log; codex-sessions supervisor upgrade begins anew.';
}

function deaths(guard: GuardInfo | undefined, log: string): Finding[] {
  if (!guard?.deaths) return [];
  const { deaths: count, lastDeathAt } = guard;
  const who = count === 1 ? 'a supervisor died' : `${count} supervisors have died`;
  const when = lastDeathAt
    ? count === 1
      ? ` at ${lastDeathAt}`
      : `, the last at ${lastDeathAt}`
    : '';
  return [about('guard').note(`${who}${when}; the sessions went on`, `What ended it: see ${log}`)];
}
