/** Renames a session, running or not; its conversation and its clients stay. */
import { listSessions, renameRunning, type SupervisorLink } from '../../client/index.ts';
import { EXIT, UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { renameKilled } from '../../store/last-kill.ts';
import { fullNameOf } from '../../store/names.ts';
import { renameShown } from '../../store/terminal-history.ts';
import { displayName, typedName } from './context.ts';

/**
 * `name`: a valid one, without a project; `all`: the sessions that may already have it.
 * @throws UserError (usage) if it is taken, even by an ended session, which keeps its record
 */
export async function renameSession(
  link: SupervisorLink,
  session: SessionInfo,
  name: string,
  all?: readonly SessionInfo[],
): Promise<string> {
  if (session.name === name) return `It is called ${displayName(session)}.`;
  refuseTaken(session, name, all ?? (await listSessions(link, { all: true })));
  const { paths } = link;
  const fullName = after(session, name);
  if (session.state !== 'running' || !(await renameRunning(link, session, name))) {
    const { readRecord, renameRecord } = await import('../../store/record.ts');
    const record = readRecord(paths.records, session);
    if (record) renameRecord(paths.records, record, { ...record, name, fullName });
  }
  renameShown(paths, session.fullName, fullName);
  renameKilled(paths, session.fullName, fullName);
  return `${displayName(session)} is ${displayName({ ...session, name })} now.`;
}

function after({ project, hash }: SessionInfo, name: string): string {
  return fullNameOf({ name: project, hash }, name);
}

/**
 * @throws UserError (usage) if the name is taken, even by an ended session, which keeps its record
 */
export function refuseTaken(session: SessionInfo, name: string, all: readonly SessionInfo[]): void {
  const taken = all.find(({ fullName }) => fullName === after(session, name));
  if (!taken) return;
  throw new UserError(
    `there is a session ${displayName(taken)} already${taken.state === 'running' ? '' : ', which has ended'}`,
    taken.state === 'running'
      ? 'Choose another name.'
      : `Choose another name, or give up that one and its conversation: codex-sessions forget ${typedName(taken)}`,
    EXIT.usage,
  );
}
