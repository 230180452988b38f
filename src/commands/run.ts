/** `run`: sends a prompt to a session, started in the background if need be, and prints the answer. */
import {
  endedAtOnce,
  follow,
  infoOf,
  START_WAIT_MS,
  SupervisorLink,
  startSession,
  type Target,
} from '../client/index.ts';
import { EXIT, UserError } from '../platform/errors.ts';
import type { SessionInfo } from '../protocol/messages.ts';
import { DEFAULT_NAME } from '../store/names.ts';
import { type StatePaths, statePaths } from '../store/paths.ts';
import { readRecord } from '../store/record.ts';
import { say } from '../terminal/output.ts';
import { agreeOnWorld } from './shared/other-world.ts';
import { promptFrom } from './shared/read-prompt.ts';
import { sayLacks } from './shared/say-lacks.ts';
import { sayLost } from './shared/say-lost.ts';
import {
  announceOnInterrupt,
  START_LIMIT_MS,
  sendAndReport,
  TURN_LIMIT_MS,
} from './shared/send-prompt.ts';
import { checkNotPrompt, targetOf } from './start.ts';

interface Options {
  readonly cwd: string | undefined;
  readonly force: boolean;
  readonly json: boolean;
  readonly noSeen: boolean;
  readonly there: boolean;
  readonly timeout: number | undefined;
}

export async function run(
  options: Options,
  [name, ...words]: readonly string[],
  userArgs: readonly string[],
): Promise<number> {
  if (name && words.length === 0 && !name.includes(':'))
    checkNotPrompt(name, `run ${DEFAULT_NAME}`);
  const text = await promptFrom(words);
  const paths = statePaths();
  using link = new SupervisorLink(paths);
  const place = await targetOf(name, { ask: false, cwd: options.cwd }, link);
  const limitMs = options.timeout ?? TURN_LIMIT_MS;
  const waitMs = Math.min(limitMs, START_WAIT_MS);
  const agree = () => agreeOnWorld(link, place.name, options.there);
  const start = { ...place, userArgs };
  const { session, said, created } = await startSession(link, start, {
    waitMs,
    agree,
    onLost: sayLost,
  });
  if (said) say(said);
  if (created) await sayLacks(link);
  let target: Target | undefined;
  const how = {
    force: options.force,
    startLimitMs: Math.min(limitMs, START_LIMIT_MS),
    timeoutMs: options.timeout,
  };
  try {
    target = await follow(link, session.fullName);
    announceOnInterrupt(target.fullName);
    return await sendAndReport(target, text, how, {
      limitMs,
      json: options.json,
      seen: !options.noSeen,
    });
  } catch (error) {
    const now = target?.watch.get(session.fullName);
    throw (created && endOf(paths, now, session, error)) || error;
  }
}

/** The error for a session that was started here and ended before it took the prompt. */
function endOf(
  paths: StatePaths,
  now: SessionInfo | undefined,
  started: SessionInfo,
  error: unknown,
): UserError | undefined {
  if (!(error instanceof UserError && error.exitCode === EXIT.noSuchSession)) return undefined;
  const record = readRecord(paths.records, started);
  return endedAtOnce(now ?? (record ? infoOf(paths, record) : started));
}
