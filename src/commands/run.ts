/** `run`: sends a prompt to a session, started in the background if need be, and prints the answer. */
import { follow, SupervisorLink, startSession } from '../client/index.ts';
import { statePaths } from '../store/paths.ts';
import { say } from '../terminal/output.ts';
import { promptFrom } from './shared/read-prompt.ts';
import {
  announceOnInterrupt,
  START_LIMIT_MS,
  sendAndReport,
  TURN_LIMIT_MS,
} from './shared/send-prompt.ts';
import { targetOf } from './start.ts';

interface Options {
  readonly cwd: string | undefined;
  readonly force: boolean;
  readonly json: boolean;
  readonly timeout: number | undefined;
}

export async function run(
  options: Options,
  [name, ...words]: readonly string[],
  userArgs: readonly string[],
): Promise<number> {
  const text = await promptFrom(words);
  const paths = statePaths();
  using link = new SupervisorLink(paths);
  const place = await targetOf(name, { ask: false, cwd: options.cwd }, link);
  const { session, said } = await startSession(link, { ...place, userArgs });
  if (said) say(said);
  const target = await follow(await link.open(), session.fullName, paths);
  announceOnInterrupt(target.fullName);
  const how = {
    force: options.force,
    startLimitMs: Math.min(options.timeout ?? START_LIMIT_MS, START_LIMIT_MS),
  };
  const limitMs = options.timeout ?? TURN_LIMIT_MS;
  return await sendAndReport(target, text, how, { limitMs, json: options.json });
}
