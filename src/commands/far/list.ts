/** `ls HOST/`: lists the sessions of another machine, under names that can be typed here. */
import { EXIT, UserError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { type Line, parseSessions } from '../../remote/index.ts';
import { printPainted, say } from '../../terminal/output.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { formatList, sortSessions } from '../../ui/list.ts';
import { tilde } from '../../ui/session-text.ts';
import { listOptions } from '../shared/context.ts';
import { calledHere } from '../shared/other-machines.ts';
import { type ScriptOptions, scriptForm } from '../shared/script-form.ts';
import { printed } from '../shared/session-format.ts';
import { outputOf } from './output.ts';

export interface ListCommand {
  readonly host: string;
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** @returns the exit code */
export async function listFar(line: Line, { host, words, options }: ListCommand): Promise<number> {
  const { json = false, quiet = false, full = false, format } = options as Partial<ScriptOptions>;
  const printIn = scriptForm({ json, quiet, full, format });
  const sessions = await farSessions(line, words);
  if (sessions.length === 0) {
    say(`No sessions on ${host}. "codex-sessions start ${host}/NAME" begins one.`);
    return EXIT.ok;
  }
  if (printIn) {
    printIn(sessions.map((session) => ({ ...printed(session), current: false })));
    return EXIT.ok;
  }
  const look = listOptions({ full, wide: options.wide === true });
  printPainted(formatList(sessions, look));
  sayLostFar(sessions);
  return EXIT.ok;
}

/**
 * Sorted, with their names for use here. `words`: `list` with its flags.
 * @throws UserError when there is no list, or an invalid one
 */
export async function farSessions(
  line: Line,
  words: readonly string[],
): Promise<readonly SessionInfo[]> {
  const { name } = line.host;
  const { code, out, errors } = await outputOf(line, [...words, '--json']);
  if (code !== EXIT.ok)
    throw new UserError(`${name} has no list: ${safeText(errors.split('\n')[0] ?? '')}`);
  return sortSessions(parseSessions(out, name), '').map((session) => calledFrom(line, session));
}

/** The session with its name here, and with its directory as written there. */
export function calledFrom(line: Line, session: SessionInfo): SessionInfo {
  const cwd = tilde(session.cwd, line.greeting.home || undefined);
  return calledHere({ ...session, cwd }, line.host.name);
}

/** Reports sessions that were lost and how to bring them back, one line for each machine. */
export function sayLostFar(sessions: readonly SessionInfo[]): void {
  const lost = new Map<string, number>();
  for (const { state, project } of sessions) {
    const host = project.slice(0, project.indexOf('/'));
    if (state === 'lost') lost.set(host, (lost.get(host) ?? 0) + 1);
  }
  for (const [host, count] of lost) {
    const [were, them] = count === 1 ? ['session was', 'it'] : ['sessions were', 'them'];
    say(
      `${count} ${were} running on ${host}; "codex-sessions restore ${host}/" brings ${them} back.`,
    );
  }
}
