/** `send`: types a prompt or keys into a session without attaching. */
import { beginTurnWait, type Target, takingLimits, typeKeys } from '../client/index.ts';
import { EXIT, usageError } from '../platform/errors.ts';
import { waitsForAnswer } from '../protocol/asks-at-start.ts';
import { parseFullName } from '../store/names.ts';
import { statePaths } from '../store/paths.ts';
import { say } from '../terminal/output.ts';
import { displayName } from './shared/context.ts';
import { promptFrom } from './shared/read-prompt.ts';
import { reportTurn } from './shared/report-turn.ts';
import { targetsNamed } from './shared/script-target.ts';
import { Headings, onOneOf, worstOf } from './shared/selection.ts';
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

export async function run(
  options: Options,
  [typed = '', ...words]: readonly string[],
): Promise<number> {
  check(options, words);
  // Before standard input is read, so that a wrong name is reported at once.
  using named = await targetsNamed(statePaths(), typed);
  const text = options.key.length > 0 ? undefined : await promptFrom(words);
  const { targets, several } = named;
  if (options.wait) announceOnInterrupt(...targets.map(({ fullName }) => fullName));
  const headings = several ? new Headings() : undefined;
  const send = (target: Target, onTyped?: () => void) =>
    text === undefined
      ? sendKeys(target, options, { headings, onTyped })
      : sendText(target, text, options, { headings, onTyped });
  const [target] = targets;
  return several || !target ? await sendToEach(targets, send) : await send(target);
}

/** What is sent to each of several sessions. */
interface OneOf {
  readonly headings: Headings | undefined;
  readonly onTyped: (() => void) | undefined;
}

/**
 * Sends to the next session once this one has got it, not once it has answered.
 * @returns the worst exit code
 */
async function sendToEach(
  targets: readonly Target[],
  send: (target: Target, onTyped: () => void) => Promise<number>,
): Promise<number> {
  const sent: Promise<number>[] = [];
  const codes: number[] = [];
  for (const target of targets) {
    const session = target.watch.get(target.fullName) ?? parseFullName(target.fullName);
    if (!session) continue;
    await new Promise<void>((typed) => {
      const one = onOneOf(session, () => send(target, typed)).then((code) => {
        codes.push(code);
        return code;
      });
      sent.push(one);
      one.catch(() => {}).finally(typed);
    });
    // If the text or the keys are wrong, they are wrong for all sessions.
    if (codes.includes(EXIT.usage)) break;
  }
  return worstOf(await Promise.all(sent));
}

async function sendText(
  target: Target,
  text: string,
  options: Options,
  { headings, onTyped }: OneOf,
): Promise<number> {
  const how = {
    force: options.force,
    submit: !options.noSubmit,
    startLimitMs: options.timeout ?? START_LIMIT_MS,
    timeoutMs: options.timeout,
    ...(onTyped && { onTyped }),
  };
  if (!options.wait) return await sendOnly(target, text, how);
  return await sendAndReport(target, text, how, {
    limitMs: options.timeout ?? TURN_LIMIT_MS,
    json: options.json,
    seen: !options.noSeen,
    headings,
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

async function sendKeys(
  target: Target,
  options: Options,
  { headings, onTyped }: OneOf,
): Promise<number> {
  const { link, watch, fullName } = target;
  using turn = options.wait ? await beginTurnWait(target) : undefined;
  const before = watch.get(fullName);
  const limits = takingLimits({ timeoutMs: options.timeout });
  const after = await typeKeys(link, watch, fullName, options.key, limits);
  onTyped?.();
  const same = after && waitsForAnswer(after) && after.statusSince === before?.statusSince;
  if (!turn) {
    if (same) say(`${displayName(after)} still waits for an answer.`);
    return EXIT.ok;
  }
  const outcome = await turn.outcome(undefined, options.timeout ?? TURN_LIMIT_MS);
  return await reportTurn(target, outcome, {
    json: options.json,
    seen: !options.noSeen,
    headings,
  });
}
