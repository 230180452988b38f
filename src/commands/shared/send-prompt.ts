/** A prompt from its words to the answer: what `send` and `run` have in common. */

import { isatty } from 'node:tty';
import {
  notRunning,
  pastePrompt,
  readyForPrompt,
  TAKEN_LIMIT_MS,
  type TurnOutcome,
  TurnWait,
} from '../../client/index.ts';
import { EXIT, UserError, usageError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import type { StatePaths } from '../../store/paths.ts';
import { print, printExactly, printJson, say } from '../../terminal/output.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { displayName } from './context.ts';
import { codexHomeOfSession, type Target } from './script-target.ts';

/** A session that starts has to be idle by then; 0.169 needs a second, and servers of its own more. */
export const START_LIMIT_MS = 60_000;
/** Turns of hours are rare, and a script that hangs for ever is worse. */
export const TURN_LIMIT_MS = 3_600_000;

/** The prompt is in the record some ms after Codex has begun to work on it. */
const RECORDED_LIMIT_MS = 2_000;
/** Codex 0.169 takes no longer prompt: "Message exceeds the maximum length of 1048576 characters". */
const PROMPT_MAX_CHARACTERS = 1_048_576;
const LINE_ENDS = /(?:\r?\n)+$/;

/**
 * The text that was given as words, or else standard input.
 * @throws UserError (usage) for none, one that is no text, or one that Codex would not take.
 */
export async function promptFrom(words: readonly string[]): Promise<string> {
  const text = words.length > 0 ? words.join(' ') : decoded(await readAll());
  if (text.trim() === '')
    throw usageError('there is no text to send', 'Give it as an argument or on standard input.');
  const length = charactersOf(text);
  if (length > PROMPT_MAX_CHARACTERS)
    throw usageError(
      `the prompt has ${length} characters, and Codex takes ${PROMPT_MAX_CHARACTERS} at most`,
      'Write it to a file in the project and ask Codex to read that.',
    );
  return text;
}

function charactersOf(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

async function readAll(): Promise<Buffer> {
  if (isatty(0)) say('Type the text; Ctrl-D on an empty line ends it.');
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function decoded(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(LINE_ENDS, '');
  } catch {
    throw usageError('standard input is not text in UTF-8', 'Codex takes nothing else.');
  }
}

export interface SendOptions {
  readonly force: boolean;
  readonly submit: boolean;
  /** For a session that starts to be idle. */
  readonly startLimitMs: number;
}

export interface Waiting {
  readonly paths: StatePaths;
  readonly limitMs: number;
  readonly json: boolean;
}

/**
 * Types the prompt, and returns once Codex says that it works on it. The start of its servers may
 * look like that for a moment, so the record is looked at too.
 * @returns the exit code
 */
export async function sendPrompt(
  target: Target,
  text: string,
  how: SendOptions,
  paths: StatePaths,
): Promise<number> {
  const { connection, watch, fullName } = target;
  const ready = await readyForPrompt(watch, fullName, how.force, how.startLimitMs);
  if (!how.submit) {
    await pastePrompt(connection, fullName, text, false);
    return EXIT.ok;
  }
  using turn = await turnWait(target, paths);
  const working = ready === 'working' ? undefined : nextWork(target);
  // Whatever goes wrong with the typing is what has to be told.
  working?.catch(() => {});
  await pastePrompt(connection, fullName, text, true);
  const name = displayNameOf(target);
  if (!working) {
    say(`${name} is working: Codex has queued the prompt.`);
    return EXIT.ok;
  }
  if (await working) {
    if (watch.get(fullName)?.state !== 'running') throw notRunning(watch.get(fullName));
    await turn.taken(text, RECORDED_LIMIT_MS);
    return EXIT.ok;
  }
  throw new UserError(
    `${name} has not reported within ${TAKEN_LIMIT_MS / 1_000} s that it works on it`,
    'A command of Codex (/…) runs no turn. Otherwise see with: codex-sessions peek',
    EXIT.timeLimit,
  );
}

/** Resolves when the session works or has ended; undefined: neither in time. */
function nextWork({ watch, fullName }: Target): Promise<true | undefined> {
  const over = (session: SessionInfo) =>
    watch.isOf(session, fullName) && (session.state !== 'running' || session.status === 'working');
  return watch.next(({ session }) => over(session) || undefined, TAKEN_LIMIT_MS);
}

function displayNameOf({ watch, fullName }: Target): string {
  const session = watch.get(fullName);
  return session ? displayName(session) : safeText(fullName);
}

/** Types the prompt, waits for the end of its turn, and prints the answer. @returns the exit code */
export async function sendAndWait(
  target: Target,
  text: string,
  how: SendOptions,
  waiting: Waiting,
): Promise<number> {
  const { connection, watch, fullName } = target;
  const ready = await readyForPrompt(watch, fullName, how.force, how.startLimitMs);
  using turn = await turnWait(target, waiting.paths);
  await pastePrompt(connection, fullName, text, true);
  if (ready === 'working') say(`${displayNameOf(target)} is working: Codex has queued the prompt.`);
  return reportTurn(fullName, await turn.outcome(text, waiting.limitMs), waiting.json);
}

/** Begin it before anything is typed. @throws UserError when the session has ended. */
export async function turnWait({ watch, fullName }: Target, paths: StatePaths): Promise<TurnWait> {
  const session = watch.get(fullName);
  if (!session) throw notRunning(session);
  return TurnWait.begin(watch, fullName, codexHomeOfSession(paths, session));
}

/** The answer on standard output; anything else that there is to say on standard error. */
export function reportTurn(fullName: string, outcome: TurnOutcome, json: boolean): number {
  if (json) printJson({ session: fullName, ...toJson(outcome) });
  if (outcome.type === 'ended') {
    const { state, answer, reason } = outcome.turn;
    if (!json && answer) tellAnswer(answer);
    if (state === 'finished') return EXIT.ok;
    say(`The turn ${state === 'aborted' ? 'was interrupted' : 'failed'}${because(reason)}.`);
    return EXIT.failure;
  }
  const name = outcome.session ? displayName(outcome.session) : safeText(fullName);
  switch (outcome.type) {
    case 'blocked': {
      const { statusReason, statusMessage } = outcome.session;
      say(`${name} waits for an answer: ${statusReason ?? 'a question'}${because(statusMessage)}.`);
      say('  Answer it: codex-sessions attach, or codex-sessions send --key.');
      return EXIT.notReady;
    }
    case 'limit':
      say(`${name} goes on; the time limit is over.`);
      return EXIT.timeLimit;
    case 'unrecorded':
      say(`${name} is at rest, and Codex's record has no turn with that prompt.`);
      say('  A command of Codex (/…) runs no turn. See with: codex-sessions peek');
      return EXIT.failure;
    case 'exited':
      say(`${name} has ended before the turn had.`);
      return EXIT.failure;
  }
}

function because(text: string | null | undefined): string {
  return text ? `: ${safeText(text, 500)}` : '';
}

/** A terminal gets nothing but text; a file or a pipe the very bytes of the record. */
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

/** Ctrl-C ends the waiting only, which is worth a word. */
export function announceOnInterrupt(fullName: string): void {
  process.once('SIGINT', () => {
    say(`\n[${safeText(fullName)} goes on]`);
    process.exit(130);
  });
}
