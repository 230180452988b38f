/** `ls HOST/`: the sessions of another machine, under names that can be typed here. */
import { EXIT } from '../../platform/errors.ts';
import { type Line, parseSessions } from '../../remote/index.ts';
import { printPainted, say } from '../../terminal/output.ts';
import { safeLines } from '../../terminal/safe-text.ts';
import { formatList, sortSessions } from '../../ui/list.ts';
import { listOptions } from '../shared/context.ts';
import { outputOf } from './output.ts';

export interface ListCommand {
  readonly host: string;
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
}

/** @returns the exit code there */
export async function listFar(line: Line, { host, words, options }: ListCommand): Promise<number> {
  const { code, out, errors } = await outputOf(line, [...words, '--json']);
  if (code !== EXIT.ok) {
    say(safeLines(errors.trimEnd()));
    return code;
  }
  const sessions = parseSessions(out, host).map((session) => ({
    ...session,
    project: `${host}/${session.project}`,
    fullName: `${host}/${session.fullName}`,
  }));
  if (sessions.length === 0) {
    say(`No sessions on ${host}. "codex-sessions start -d ${host}/NAME" begins one.`);
    return EXIT.ok;
  }
  const look = listOptions({ full: options.full === true, wide: options.wide === true });
  const home = line.greeting.home || undefined;
  printPainted(formatList(sortSessions(sessions, ''), { ...look, home }));
  const lost = sessions.filter(({ state }) => state === 'lost').length;
  if (lost > 0) {
    const [were, them] = lost === 1 ? ['session was', 'it'] : ['sessions were', 'them'];
    say(`${lost} ${were} running; "codex-sessions restore ${host}/" brings ${them} back.`);
  }
  return EXIT.ok;
}
