/**
 * Under systemd, whether the supervisor is to start in a scope of its own, below the user's manager.
 *
 * Three things can end it with a login. `KillUserProcesses=yes` ends everything in the login's own
 * scope; a desktop's terminal is itself a scope, which runs out of memory as a whole; and the user's
 * manager ends with the last login unless lingering is on. A scope of our own helps against the
 * first two, and is needed for lingering to have an effect. Where neither holds, what runs in a
 * plain login's scope outlives it anyway, and the user's manager would not: then there is none.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { isOurs, statAt } from '../../platform/ownership.ts';

/** Any value; for those who have an arrangement of their own. */
const NEVER_VARIABLE = 'CODEX_SESSIONS_NO_SCOPE';
/** Any value: a scope wherever there is a manager to be asked, whether it helps or not. */
const ALWAYS_VARIABLE = 'CODEX_SESSIONS_SCOPE';

/** Where the system's state and settings are; other places are for tests. */
export interface SystemPlaces {
  readonly cgroup: string;
  readonly linger: string;
  readonly logindConf: readonly string[];
}

export const SYSTEM: SystemPlaces = {
  cgroup: '/proc/self/cgroup',
  linger: '/var/lib/systemd/linger',
  // In the order of logind.conf(5): the last that sets a key wins.
  logindConf: [
    '/usr/lib/systemd/logind.conf',
    '/usr/lib/systemd/logind.conf.d',
    '/etc/systemd/logind.conf',
    '/run/systemd/logind.conf.d',
    '/etc/systemd/logind.conf.d',
  ],
};

/**
 * `Delegate`: without it, systemd stops a whole scope for one process in it that ran out of memory,
 * and one Codex's compiler would take all sessions along.
 */
const SYSTEMD_RUN = [
  '--user',
  '--scope',
  '--quiet',
  '--collect',
  '--property=Delegate=yes',
  '--description=codex-sessions: the terminals of your sessions',
  '--',
];

/** The command that starts `command` in a scope, or undefined where it is better without. */
export function scopeCommand(
  command: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  places: SystemPlaces = SYSTEM,
): readonly string[] | undefined {
  if (!userManager(env) || !(env[ALWAYS_VARIABLE] || helps(places))) return undefined;
  return ['systemd-run', ...SYSTEMD_RUN, ...command];
}

/** Whether the user's manager runs and is ours; after `su` the variable may be another user's. */
export function userManager(env: NodeJS.ProcessEnv = process.env): boolean {
  const { XDG_RUNTIME_DIR: runtime, [NEVER_VARIABLE]: off } = env;
  if (off || !runtime || process.platform !== 'linux') return false;
  // The directory first: in another user's, he may have put a link to something of ours.
  return [runtime, join(runtime, 'systemd', 'private')].every((path) => {
    const stat = statAt(path);
    return stat !== undefined && isOurs(stat);
  });
}

function helps(places: SystemPlaces): boolean {
  return belowUserManager(places) || lingers(places) || killsUserProcesses(places);
}

/** A desktop's terminal, rather than a login over ssh or on the console. */
export function belowUserManager({ cgroup }: SystemPlaces = SYSTEM): boolean {
  return /\/user@\d+\.service\//.test(read(cgroup));
}

export function lingers({ linger }: SystemPlaces = SYSTEM): boolean {
  return statSync(join(linger, userName()), { throwIfNoEntry: false }) !== undefined;
}

export function killsUserProcesses({ logindConf }: SystemPlaces = SYSTEM): boolean {
  let kills = false;
  for (const text of logindConf.flatMap(texts))
    for (const [, value = ''] of text.matchAll(/^\s*KillUserProcesses\s*=\s*(\S+)/gim))
      kills = /^(?:yes|true|on|1|y|t)$/i.test(value);
  return kills;
}

/** A file's text, or those of a directory's files in their order. */
function texts(path: string): string[] {
  try {
    const names = readdirSync(path).filter((name) => name.endsWith('.conf'));
    return names.sort().map((name) => read(join(path, name)));
  } catch {
    return [read(path)];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? '');
  }
}
