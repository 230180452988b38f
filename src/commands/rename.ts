/** `rename`: renames a session, running or not; its conversation and its clients stay. */
import { listSessions, renameRunning, resolveSession, SupervisorLink } from '../client/index.ts';
import { EXIT, UserError } from '../platform/errors.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { checkName, fullNameOf } from '../store/names.ts';
import { statePaths } from '../store/paths.ts';
import { renameShown } from '../store/terminal-history.ts';
import { say } from '../terminal/output.ts';
import { displayName, here, typedName } from './shared/context.ts';

export async function run(_options: unknown, [typed, wanted]: readonly string[]): Promise<number> {
  const name = checkName(wanted ?? '');
  const paths = statePaths();
  using link = new SupervisorLink(paths);
  const all = await listSessions(link, { all: true });
  const session = resolveSession(typed, here(), all);
  if (session.name === name) return EXIT.ok;
  refuseTaken(session, name, all);
  const { fullName } = session;
  if (session.state !== 'running' || !(await renameRunning(link, session, name))) {
    const { readRecord, renameRecord } = await import('../store/record.ts');
    const record = readRecord(paths.records, session);
    if (record)
      renameRecord(paths.records, record, { ...record, name, fullName: after(session, name) });
  }
  renameShown(paths, fullName, after(session, name));
  say(`${displayName(session)} is ${displayName({ ...session, name })} now.`);
  return EXIT.ok;
}

function after({ project, hash }: SessionInfo, name: string): string {
  return fullNameOf({ name: project, hash }, name);
}

/** @throws UserError (usage) if the name is taken, even by an ended session, which keeps its record */
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
