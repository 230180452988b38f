/** Ends sessions; those that have ended already leave the list. */
import { killSessions, type SupervisorLink } from '../../client/index.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { displayName } from './context.ts';

/** `report` gets a line about each. */
export async function endSessions(
  link: SupervisorLink,
  sessions: readonly SessionInfo[],
  report: (line: string) => void,
): Promise<void> {
  const running = sessions.filter(({ state }) => state === 'running');
  const killed = await killSessions(
    link,
    running.map(({ fullName }) => fullName),
  );
  for (const session of running)
    report(
      killed.has(session.fullName)
        ? `Killed ${displayName(session)}.`
        : `${displayName(session)} had ended already.`,
    );
  const ended = sessions.filter(({ state }) => state !== 'running');
  if (ended.length === 0) return;
  const { putAway } = await import('../../store/record.ts');
  for (const session of ended) {
    putAway(link.paths.records, session);
    report(`${displayName(session)} had ended; it is off the list now.`);
  }
}
