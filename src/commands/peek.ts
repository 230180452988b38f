/** `peek`: the screen as text, without attaching. */
import { isatty } from 'node:tty';
import { listSessions, peek, resolveSession, SupervisorLink } from '../client/index.ts';
import { EXIT, usageError } from '../platform/errors.ts';
import { PEEK_LINES_MAX } from '../protocol/limits.ts';
import { statePaths } from '../store/paths.ts';
import { print, printJson, printPainted, say } from '../terminal/output.ts';
import { displayName, here } from './shared/context.ts';
import { markPrinted, type SeenOptions, wantsSeen } from './shared/mark-printed.ts';

interface Options extends SeenOptions {
  readonly ansi: boolean;
  readonly lines: number | undefined;
  readonly json: boolean;
}

export async function run(options: Options, [name]: readonly string[]): Promise<number> {
  const { ansi, json } = options;
  if (options.lines !== undefined && (options.lines < 1 || options.lines > PEEK_LINES_MAX))
    throw usageError(
      `--lines must be from 1 to ${PEEK_LINES_MAX}`,
      '"codex-sessions log" gives the whole conversation.',
    );
  // Scripts look in loops.
  const marks = wantsSeen(options, isatty(1));
  using link = new SupervisorLink(statePaths());
  const sessions = await listSessions(link, { all: true });
  const session = resolveSession(name, here(), sessions, { command: 'peek' });
  const { fullName } = session;
  const seen =
    session.state === 'running'
      ? await peek(link, fullName, { ansi, lines: options.lines })
      : undefined;
  if (!seen) {
    say(`${displayName(session)} has ended; these were its last lines.`);
    const lines = options.lines ? session.lastLines.slice(-options.lines) : session.lastLines;
    if (json) printJson({ session, lines });
    else print(lines.join('\n'));
    return EXIT.ok;
  }
  if (json) printJson({ session: seen.session, lines: seen.lines });
  else (ansi ? printPainted : print)(seen.lines.join('\n'));
  if (marks) await markPrinted(link, seen.session);
  return EXIT.ok;
}
