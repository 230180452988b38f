/** Reports how a turn ended: its answer, or why there is none. */
import { isatty } from 'node:tty';
import type { Target, TurnOutcome } from '../../client/index.ts';
import { EXIT } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { parseFullName } from '../../store/names.ts';
import { print, printExactly, printJson, printJsonLine, say } from '../../terminal/output.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { displayName, typedName } from './context.ts';
import { markPrinted } from './mark-printed.ts';
import type { Headings } from './selection.ts';

export interface ReportOptions {
  readonly json: boolean;
  /** Whether what is printed counts as seen by the user. */
  readonly seen: boolean;
  /** It is one of several sessions: its name is printed, and its JSON is on one line. */
  readonly headings?: Headings | undefined;
}

/** The answer goes to standard output, everything else to standard error. @returns the exit code */
export async function reportTurn(
  { link, fullName }: Pick<Target, 'link' | 'fullName'>,
  outcome: TurnOutcome,
  { seen, ...how }: ReportOptions,
): Promise<number> {
  const code = tellOutcome(fullName, outcome, how);
  if (seen && outcome.type === 'ended' && outcome.session) await markPrinted(link, outcome.session);
  return code;
}

function tellOutcome(
  fullName: string,
  outcome: TurnOutcome,
  { json, headings }: Omit<ReportOptions, 'seen'>,
): number {
  if (json) (headings ? printJsonLine : printJson)({ session: fullName, ...toJson(outcome) });
  const parsed = outcome.session ?? parseFullName(fullName);
  const name = parsed ? displayName(parsed) : safeText(fullName);
  switch (outcome.type) {
    case 'ended': {
      const { state, answer, reason } = outcome.turn;
      if (!json && answer) {
        if (parsed) headings?.print(parsed);
        tellAnswer(answer);
      }
      if (state === 'finished') return EXIT.ok;
      const how = state === 'aborted' ? 'was interrupted' : 'failed';
      say(`${headings ? `${name}: the` : 'The'} turn ${how}${because(reason)}.`);
      return EXIT.failure;
    }
    case 'blocked':
      sayBlocked(name, outcome.session);
      return EXIT.notReady;
    case 'limit':
      say(`${name} goes on; the time limit is over.`);
      return EXIT.timeLimit;
    case 'unrecorded':
      say(`${name} is at rest, and Codex's record has no turn with that prompt.`);
      say(
        `  A command of Codex (/…) runs no turn. See with: codex-sessions peek ${typedName(outcome.session)}`,
      );
      return EXIT.failure;
    case 'exited':
      say(`${name} has ended before the turn had.`);
      return EXIT.failure;
  }
}

function sayBlocked(name: string, session: SessionInfo): void {
  const { statusReason, statusMessage } = session;
  say(`${name} waits for an answer: ${statusReason ?? 'a question'}${because(statusMessage)}.`);
  const typed = typedName(session);
  say(`  See it, and answer it: codex-sessions answer ${typed}, or codex-sessions attach ${typed}`);
}

function because(text: string | null | undefined): string {
  return text ? `: ${safeText(text, 500)}` : '';
}

/** Safe text on a terminal; in a file or a pipe, exactly the text of the record. */
function tellAnswer(answer: string): void {
  if (isatty(1)) print(answer.replace(/\r\n?/g, '\n'));
  else printExactly(answer);
}

/** What `--json` prints besides the session. */
function toJson(outcome: TurnOutcome): Record<string, unknown> {
  if (outcome.type !== 'ended') {
    const { status = null, statusReason = null, statusMessage = null } = outcome.session ?? {};
    return { outcome: outcome.type, status, statusReason, statusMessage };
  }
  const { conversation, turn } = outcome;
  return {
    outcome: turn.state,
    conversation,
    turn: turn.id,
    startedAt: turn.startedAt,
    endedAt: turn.endedAt ?? null,
    reason: turn.reason ?? null,
    answer: turn.answer ?? null,
  };
}
