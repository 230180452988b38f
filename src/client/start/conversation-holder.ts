/** Finds the process that has a conversation open: two that write to it at once would corrupt it. */
import { readFileSync } from 'node:fs';
import { holderOf, isServer } from '../../codex/conversation-locks.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import type { Config } from '../../store/config.ts';
import type { SessionRecord } from '../../store/record.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { displayName, typedName } from '../sessions/display-name.ts';
import { isOfOne } from '../sessions/list.ts';
import { endLeftover } from './leftover-process.ts';
import { OpenElsewhereError } from './open-elsewhere-error.ts';

const COMMAND_MAX_COLUMNS = 60;
/** Processes of a session are not nested deeper. */
const ANCESTORS_MAX = 16;

interface Asked {
  readonly record: SessionRecord | undefined;
  readonly id: string;
  readonly codexHome: string;
  readonly config: Config;
  readonly live: readonly SessionInfo[] | undefined;
}

/**
 * Ends a leftover process of the session first, if it is certain that the session is not live.
 * @throws OpenElsewhereError when the conversation is open elsewhere, saying where
 */
export async function refuseIfOpen(asked: Asked): Promise<void> {
  const { record, id, codexHome, live = [] } = asked;
  const session = live.find((one) => one.conversation === id);
  if (session) throw openIn(session, id);
  let pid = await holderOf(codexHome, id);
  const isLive = (of: SessionRecord) =>
    live.some(({ fullName }) => fullName === of.fullName) || isOfOne(live, of);
  if (record && asked.live && !isLive(record) && (record.end === null || pid)) {
    if (!(await endLeftover(record, pid))) throw openIn(`in process ${record.pid}`, id);
    pid = await holderOf(codexHome, id);
  }
  if (pid === undefined) return;
  // A Codex server writes for all of its clients, and the session will be one of them.
  if (!asked.config.codex.isolate && pid > 0 && (await isServer(pid))) return;
  throw openIn(sessionOf(pid, live) ?? placeOf(pid), id);
}

function openIn(where: SessionInfo | string, id: string): OpenElsewhereError {
  const other = `or --fork starts another from it, --new begins afresh. (${id})`;
  if (typeof where === 'string')
    return new OpenElsewhereError(
      `its conversation is open ${where}`,
      `Close it there and try again; ${other}`,
    );
  return new OpenElsewhereError(
    `its conversation is open in the session ${displayName(where)}`,
    `Attach there: codex-sessions attach ${typedName(where)}; ${other}`,
    where,
  );
}

/** The session that the process runs in. */
function sessionOf(pid: number, live: readonly SessionInfo[]): SessionInfo | undefined {
  let at = pid;
  for (let steps = 0; at > 1 && steps < ANCESTORS_MAX; steps += 1) {
    const session = live.find((one) => one.pid === at);
    if (session) return session;
    at = parentOf(at);
  }
  return undefined;
}

function placeOf(pid: number): string {
  if (pid === 0) return 'in a process that cannot be seen from here, perhaps of another container';
  const command = read(`/proc/${pid}/cmdline`).split('\0').join(' ').trim();
  return `in process ${pid}${command ? ` (${safeText(command, COMMAND_MAX_COLUMNS)})` : ''}`;
}

function parentOf(pid: number): number {
  const stat = read(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) || 0;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
