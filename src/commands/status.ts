/** `status`: which sessions need the user, one per line or, for a shell's prompt, as a few signs. */
import { listOnce, liveSessions, resolveSession, SupervisorLink } from '../client/index.ts';
import { EXIT } from '../platform/errors.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { shortName } from '../store/names.ts';
import { statePaths } from '../store/paths.ts';
import { signs } from '../terminal/ascii.ts';
import {
  colorWanted,
  print,
  printJson,
  printPainted,
  say,
  terminalWidth,
} from '../terminal/output.ts';
import { safeText } from '../terminal/safe-text.ts';
import { shortStatus, statusWord } from '../ui/status-line.ts';
import { here } from './shared/context.ts';

/** A supervisor that hangs must not block the shell's prompt. */
const PROMPT_LIMIT_MS = 1_000;
/** A shorter part of a name is useless. */
const NAME_MIN_COLUMNS = 8;

interface Options {
  readonly short: boolean;
  readonly here: boolean;
  readonly json: boolean;
}

export async function run(options: Options, [typed]: readonly string[]): Promise<number> {
  const all =
    options.short && typed === undefined
      ? await running()
      : await listOnce(statePaths(), { all: typed !== undefined });
  const sessions =
    typed !== undefined
      ? [resolveSession(typed, here(), all)]
      : options.here
        ? ofProject(all, here().hash)
        : all;
  if (options.short) {
    // For a shell prompt, which reads it through a pipe.
    print(signs(typed === undefined ? shortStatus(sessions) : sessions.map(statusWord).join('')));
    return EXIT.ok;
  }
  const { sortSessions } = await import('../ui/list.ts');
  const sorted = sortSessions(sessions, here().hash);
  if (options.json) {
    const { printed } = await import('./shared/session-format.ts');
    const all = sorted.map((session) => printed(session));
    printJson(typed === undefined ? all : all[0]);
  } else if (sorted.length === 0) say('No sessions.');
  else printPainted(await lines(sorted));
  return EXIT.ok;
}

/** Live sessions only: a prompt asks each time it is shown, so records are not read. */
async function running(): Promise<readonly SessionInfo[]> {
  using link = new SupervisorLink(statePaths());
  return await liveSessions(link, PROMPT_LIMIT_MS);
}

function ofProject(sessions: readonly SessionInfo[], hash: string): SessionInfo[] {
  return sessions.filter((session) => session.hash === hash);
}

/** Name, state, and the session's own message or its title. */
async function lines(sessions: readonly SessionInfo[]): Promise<string> {
  const [{ cutMiddle }, { stateOf, titleOf }, { BOLD, paint, TONES }, { textColumns }] =
    await Promise.all([
      import('../ui/cut.ts'),
      import('../ui/session-text.ts'),
      import('../ui/style.ts'),
      import('../terminal/safe-text.ts'),
    ]);
  const now = Date.now();
  const rows = sessions.map((session) => ({
    name: safeText(shortName(session)),
    ...stateOf(session, now),
    about: safeText(session.statusMessage || titleOf(session)),
  }));
  const columns = (texts: readonly string[]) => Math.max(...texts.map(textColumns));
  const state = columns(rows.map((row) => safeText(row.text)));
  const width = terminalWidth() ?? Number.POSITIVE_INFINITY;
  const nameMax = Math.max(NAME_MIN_COLUMNS, Math.min(width / 2, width - state - 2));
  const names = rows.map((row) => cutMiddle(row.name, Math.floor(nameMax)));
  const name = columns(names);
  const room = width - name - state - 4;
  const color = colorWanted();
  const pad = (text: string, width: number) => ' '.repeat(width - textColumns(text));
  return rows
    .map(({ text, tone, about }, at) => {
      const own = names[at] ?? '';
      const safe = safeText(text);
      const cells = [
        paint(own, BOLD, color) + pad(own, name),
        paint(safe, TONES[tone], color) + pad(safe, state),
        safeText(about, Math.max(0, room)),
      ];
      return cells.join('  ').trimEnd();
    })
    .join('\n');
}
