/** Ends sessions; those that have already ended are taken off the list. */
import { killSessions, liveSessions, type SupervisorLink } from '../../client/index.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { rememberKill } from '../../store/last-kill.ts';
import { farHost, isDialed } from '../../terminal/far-terminal.ts';
import { displayName } from './context.ts';

/** `report` gets a line about each session, and one that says how to bring all of them back. */
export async function endSessions(
  link: SupervisorLink,
  sessions: readonly SessionInfo[],
  report: (line: string) => void,
): Promise<void> {
  const running = sessions.filter(({ state }) => state === 'running');
  const names = running.map(({ fullName }) => fullName);
  const isKept = names.length > 0 && rememberKill(link.paths, names);
  const killed = await killSessions(link, names);
  for (const session of running)
    report(
      killed.has(session.fullName)
        ? `Killed ${displayName(session)}.`
        : `${displayName(session)} had ended already.`,
    );
  // Not if it is unknown what the user's machine calls this one: typed there, the command would mean that
  // machine.
  if (isKept && killed.size > 0 && isDialed() === (farHost() !== undefined))
    report(`Bring ${killed.size === 1 ? 'it' : 'them'} back: codex-sessions restore --killed`);
  const ended = sessions.filter(({ state }) => state !== 'running');
  if (ended.length === 0) return;
  const { putAway } = await import('../../store/record.ts');
  const live = new Set((await liveSessions(link)).map(({ fullName }) => fullName));
  for (const session of ended) {
    // A running session has the record now.
    if (live.has(session.fullName)) {
      report(`${displayName(session)} had ended, but runs again: it was left alone.`);
      continue;
    }
    putAway(link.paths.records, session);
    report(`${displayName(session)} had ended; it is off the list now.`);
  }
}
