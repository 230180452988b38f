/** Asks a machine for a list or a prompt, which do not wait for one that does not answer. */
import { messageOf, UserError } from '../../platform/errors.ts';
import { forgetFailure, type Host, rememberFailure } from '../../remote/index.ts';
import type { StatePaths } from '../../store/paths.ts';

/** A connection that is still being made then is there for the next command. */
const ANSWER_LIMIT_MS = 2_000;

/**
 * Remembers whether it has failed.
 * @throws UserError also if there is no answer in time
 */
export async function soon<T>(paths: StatePaths, host: Host, ask: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const why = `${host.name} has not answered for ${ANSWER_LIMIT_MS / 1_000} s`;
    const error = new UserError(why, `See: ssh ${host.destination} true`);
    timer = setTimeout(() => reject(error), ANSWER_LIMIT_MS);
  });
  try {
    const answer = await Promise.race([ask(), late]);
    forgetFailure(paths, host);
    return answer;
  } catch (error) {
    if (!isSignal(error)) rememberFailure(paths, host, messageOf(error));
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The user, or the shell, has ended the command here. */
function isSignal(error: unknown): boolean {
  return error instanceof UserError && error.exitCode > 128;
}
