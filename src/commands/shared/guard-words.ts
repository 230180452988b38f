/** Describes the guard in words: whether the sessions go on if their supervisor dies. */
import type { GuardInfo } from '../../protocol/messages.ts';
import { since } from '../../ui/session-text.ts';

/** One line. `guard`: undefined if the supervisor's version has none. */
export function guardLine(guard: GuardInfo | undefined): string {
  switch (guard?.state) {
    case 'on':
      return `guarded: the sessions go on if it dies (guard ${guard.pid})`;
    case 'starting':
      return 'its guard is being started; until then the sessions end with it';
    default:
      return `not guarded: the sessions end with it (${reasonOf(guard)})`;
  }
}

/** Why there is no guard. */
export function reasonOf(guard: GuardInfo | undefined): string {
  if (!guard) return 'it is of an earlier version';
  return guard.reason ?? 'it does not say why';
}

/** About the supervisors that died; undefined if none did. */
export function deathsLine(guard: GuardInfo | undefined, now: number): string | undefined {
  if (!guard?.deaths) return undefined;
  const [once, last] =
    guard.deaths === 1 ? ['once', ''] : [`${guard.deaths} times`, 'the last time '];
  const when = guard.lastDeathAt ? `, ${last}${since(guard.lastDeathAt, now)} ago` : '';
  return `a supervisor died ${once}${when}, and the sessions went on`;
}
