/** `send`: types a prompt or keys into a session without attaching. */
import { beginTurnWait, type Target, typeKeys } from '../client/index.ts';
import { EXIT, usageError } from '../platform/errors.ts';
import { waitsForAnswer } from '../protocol/asks-at-start.ts';
import { statePaths } from '../store/paths.ts';
import { say } from '../terminal/output.ts';
import { displayName } from './shared/context.ts';
import { promptFrom } from './shared/read-prompt.ts';
import { reportTurn } from './shared/report-turn.ts';
import { targetNamed } from './shared/script-target.ts';
import {
  announceOnInterrupt,
  START_LIMIT_MS,
  sendAndReport,
  sendOnly,
  TURN_LIMIT_MS,
} from './shared/send-prompt.ts';

interface Options {
  readonly noSubmit: boolean;
  readonly key: readonly string[];
  readonly force: boolean;
  readonly wait: boolean;
  readonly json: boolean;
  readonly noSeen: boolean;
  readonly timeout: number | undefined;
}

export async function run(options: Options, [name, ...words]: readonly string[]): Promise<number> {
  check(options, words);
  // Before standard input is read, so that a wrong name is reported at once.
  const target = await targetNamed(statePaths(), name);
  using _link = target.link;
  if (options.key.length > 0) return await sendKeys(target, options);
  const text = await promptFrom(words);
  const how = {
    force: options.force,
    submit: !options.noSubmit,
    startLimitMs: options.timeout ?? START_LIMIT_MS,
  };
  if (!options.wait) return await sendOnly(target, text, how);
  announceOnInterrupt(target.fullName);
  const limitMs = options.timeout ?? TURN_LIMIT_MS;
  return await sendAndReport(target, text, how, {
    limitMs,
    json: options.json,
    seen: !options.noSeen,
  });
}

function check(options: Options, words: readonly string[]): void {
  if (options.key.length > 0 && (words.length > 0 || options.noSubmit))
    throw usageError('--key sends keys and no text', 'Send the text first, then the keys.');
  if (options.wait && options.noSubmit)
    throw usageError('--no-submit runs no turn that could be waited for', 'Leave out --wait.');
  if (options.noSeen && !options.wait)
    throw usageError('--no-seen is about the answer, and needs --wait', 'Add --wait.');
  if (options.json && !options.wait)
    throw usageError('--json prints the answer, and needs --wait', 'Add --wait.');
}

async function sendKeys(target: Target, options: Options): Promise<number> {
  const { link, watch, fullName } = target;
  using turn = options.wait ? await beginTurnWait(target) : undefined;
  const before = watch.get(fullName);
  const after = await typeKeys(link, watch, fullName, options.key);
  const same = after && waitsForAnswer(after) && after.statusSince === before?.statusSince;
  if (!turn) {
    if (same) say(`${displayName(after)} still waits for an answer.`);
    return EXIT.ok;
  }
  announceOnInterrupt(fullName);
  const outcome = await turn.outcome(undefined, options.timeout ?? TURN_LIMIT_MS);
  const report = { json: options.json, seen: !options.noSeen };
  return await reportTurn(target, outcome, report);
}
