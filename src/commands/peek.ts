/** `peek`: the screen as text, without attaching. */
import { listSessions, peek, SupervisorLink, selectNamed } from '../client/index.ts';
import { EXIT, usageError } from '../platform/errors.ts';
import { PEEK_LINES_MAX } from '../protocol/limits.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { statePaths } from '../store/paths.ts';
import { isShown, print, printJson, printJsonLine, printPainted, say } from '../terminal/output.ts';
import { displayName, here } from './shared/context.ts';
import { markPrinted, type SeenOptions, wantsSeen } from './shared/mark-printed.ts';
import { Headings, onOneOf, sayMatches, worstOf } from './shared/selection.ts';

interface Options extends SeenOptions {
  readonly ansi: boolean;
  readonly lines: number | undefined;
  readonly json: boolean;
}

export async function run(options: Options, [typed]: readonly string[]): Promise<number> {
  if (options.lines !== undefined && (options.lines < 1 || options.lines > PEEK_LINES_MAX))
    throw usageError(
      `--lines must be from 1 to ${PEEK_LINES_MAX}`,
      '"codex-sessions log" gives the whole conversation.',
    );
  // Scripts call it in loops.
  const marks = wantsSeen(options, isShown());
  using link = new SupervisorLink(statePaths());
  const all = await listSessions(link, { all: true });
  const selection = selectNamed(typed, here(), all, { command: 'peek' });
  sayMatches(selection);
  const { sessions, globs } = selection;
  const [only] = sessions;
  if (globs.length === 0 && only) return await show(link, only, { ...options, marks });
  const headings = new Headings();
  const codes: number[] = [];
  for (const session of sessions)
    codes.push(await onOneOf(session, () => show(link, session, { ...options, marks, headings })));
  return worstOf(codes);
}

interface ShowOptions {
  readonly ansi: boolean;
  readonly lines: number | undefined;
  readonly json: boolean;
  /** Whether what is printed counts as seen by the user. */
  readonly marks: boolean;
  /** It is one of several sessions. */
  readonly headings?: Headings;
}

async function show(
  link: SupervisorLink,
  session: SessionInfo,
  { ansi, json, headings, marks, ...options }: ShowOptions,
): Promise<number> {
  const { fullName } = session;
  const tellJson = headings ? printJsonLine : printJson;
  const seen =
    session.state === 'running'
      ? await peek(link, fullName, { ansi, lines: options.lines })
      : undefined;
  if (!json) headings?.print(session);
  if (!seen) {
    say(`${displayName(session)} has ended; these were its last lines.`);
    const lines = options.lines ? session.lastLines.slice(-options.lines) : session.lastLines;
    if (json) tellJson({ session, lines });
    else print(lines.join('\n'));
    return EXIT.ok;
  }
  if (json) tellJson({ session: seen.session, lines: seen.lines });
  else (ansi ? printPainted : print)(seen.lines.join('\n'));
  if (marks) await markPrinted(link, seen.session);
  return EXIT.ok;
}
