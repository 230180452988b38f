/**
 * Gathers the sessions of all known machines for one list. A machine that does not answer soon is
 * left out, and mentioned.
 */
import { messageOf } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { type Host, hostOf, openLine, recentFailure } from '../../remote/index.ts';
import { loadHosts } from '../../store/config.ts';
import type { StatePaths } from '../../store/paths.ts';
import { farSessions } from './list.ts';
import { soon } from './soon.ts';

export interface Collected {
  /** The sessions of each machine, in the order of the configuration. */
  readonly sessions: readonly SessionInfo[];
  /** Why some are missing, one line each. */
  readonly missing: readonly string[];
}

/** Never fails. `flags`: those of `ls`; `only`: the only machine to ask, even if it is not configured. */
export async function collectFar(
  paths: StatePaths,
  flags: readonly string[],
  only?: string,
): Promise<Collected> {
  let hosts: readonly Host[];
  try {
    const known = await loadHosts(process.env);
    const names = only === undefined ? Object.keys(known) : [only];
    hosts = names.map((name) => hostOf(name, known));
  } catch (error) {
    return { sessions: [], missing: [`Other machines are left out: ${messageOf(error)}`] };
  }
  const found = await Promise.all(hosts.map((host) => ofOne(paths, host, flags)));
  return {
    sessions: found.flatMap((one) => (typeof one === 'string' ? [] : one)),
    missing: found.flatMap((one) => (typeof one === 'string' ? [one] : [])),
  };
}

/** Its sessions, or a string that says why there are none. */
async function ofOne(
  paths: StatePaths,
  host: Host,
  flags: readonly string[],
): Promise<readonly SessionInfo[] | string> {
  const before = recentFailure(paths, host);
  if (before) {
    const ago = Math.round(before.agoMs / 1_000);
    return `${host.name} is left out: ${before.why} (${ago} s ago; to try again: codex-sessions ls ${host.name}/)`;
  }
  try {
    return await soon(paths, host, () => listOf(paths, host, flags));
  } catch (error) {
    return `${host.name} is left out: ${messageOf(error)}`;
  }
}

async function listOf(
  paths: StatePaths,
  host: Host,
  flags: readonly string[],
): Promise<readonly SessionInfo[]> {
  const line = await openLine(paths, host, { mayAsk: false, onSaid: () => {} });
  try {
    return await farSessions(line, ['list', ...flags]);
  } finally {
    line.close();
  }
}
