/** Sends a prompt for `send` and `run`, and reports the result. */
import {
  type SendOptions,
  sendAndWait,
  sendPrompt,
  TAKEN_LIMIT_MS,
  type Target,
} from '../../client/index.ts';
import { EXIT, UserError } from '../../platform/errors.ts';
import { say } from '../../terminal/output.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { shellWords } from '../../terminal/shell-words.ts';
import { displayName } from './context.ts';
import { type ReportOptions, reportTurn } from './report-turn.ts';

/** How long a starting session may take to become idle: Codex 0.169 needs a second, MCP servers more. */
export const START_LIMIT_MS = 60_000;
/** Longer turns are rare, and a script that hangs for ever is worse than one that gives up. */
export const TURN_LIMIT_MS = 3_600_000;

/** Sends the prompt without waiting for its turn. @returns the exit code */
export async function sendOnly(
  target: Target,
  text: string,
  options: SendOptions & { readonly submit: boolean },
): Promise<number> {
  const outcome = await sendPrompt(target, text, options);
  if (outcome === 'queued') sayQueued(target);
  if (outcome !== 'unreported') return EXIT.ok;
  throw new UserError(
    `${nameOf(target)} has not reported within ${TAKEN_LIMIT_MS / 1_000} s that it works on it`,
    `A command of Codex (/…) runs no turn. Otherwise see with: codex-sessions peek ${shellWords([target.fullName])}`,
    EXIT.timeLimit,
  );
}

/** Sends the prompt, waits for the end of its turn, and prints the answer. @returns the exit code */
export async function sendAndReport(
  target: Target,
  text: string,
  options: SendOptions & { onTyped?(): void },
  { limitMs, ...report }: ReportOptions & { readonly limitMs: number },
): Promise<number> {
  const onQueued = () => sayQueued(target);
  const outcome = await sendAndWait(target, text, { ...options, onQueued, limitMs });
  return await reportTurn(target, outcome, report);
}

function sayQueued(target: Target): void {
  say(`${nameOf(target)} is working: Codex has queued the prompt.`);
}

function nameOf({ watch, fullName }: Target): string {
  const session = watch.get(fullName);
  return session ? displayName(session) : safeText(fullName);
}

/** Says that Ctrl-C ends only the waiting, not the turn. */
export function announceOnInterrupt(...fullNames: readonly string[]): void {
  process.once('SIGINT', () => {
    const go = fullNames.length === 1 ? 'goes on' : 'go on';
    say(`\n[${fullNames.map((name) => safeText(name)).join(', ')} ${go}]`);
    process.exit(130);
  });
}
