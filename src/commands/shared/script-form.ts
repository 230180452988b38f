/** The forms that `ls` has for scripts: `--json`, `-q` and `--format`. */
import { isatty } from 'node:tty';
import { usageError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { shortName } from '../../store/names.ts';
import { print, printExactly, printJson } from '../../terminal/output.ts';
import { type PrintedSession, parseFormat } from './session-format.ts';

export interface ScriptOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly format: string | undefined;
  readonly full: boolean;
}

/**
 * Undefined for the table.
 * @throws UserError (usage) for two forms, or a wrong format
 */
export function scriptForm({
  json,
  quiet,
  format,
  full,
}: ScriptOptions): ((sessions: readonly PrintedSession[]) => void) | undefined {
  const asked = [json && '--json', quiet && '-q', format !== undefined && '--format'].filter(
    Boolean,
  );
  if (asked.length > 1)
    throw usageError(`${asked.join(' and ')} are different forms`, 'Use one of them.');
  if (json) return printJson;
  if (quiet) return (sessions) => printNames(sessions, full);
  if (format === undefined) return undefined;
  const line = parseFormat(format);
  return (sessions) => printExactly(sessions.map((session) => `${line(session)}\n`).join(''));
}

/** Exact for a script, made safe for a terminal. */
function printNames(sessions: readonly SessionInfo[], full: boolean): void {
  const names = sessions.map((session) => (full ? session.fullName : shortName(session)));
  (isatty(1) ? print : printExactly)(names.join('\n'));
}
