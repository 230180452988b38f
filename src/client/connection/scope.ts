/**
 * Whether, under systemd, the supervisor starts in a scope of its own below the user's manager.
 *
 * Three things can end it: `KillUserProcesses=yes` kills everything in the login's scope at logout; a
 * desktop's terminal window is itself a scope, which is stopped as a whole when memory runs out; and
 * the user's manager exits with the last login unless lingering is on. A scope of our own helps against
 * the first two, and lingering needs it. Where none of these applies, the processes of a plain login
 * outlive it, but those below the user's manager would not: then no scope is used.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { isOurs, statAt } from '../../platform/ownership.ts';

/** Any value: never a scope, for users with an arrangement of their own. */
const NEVER_VARIABLE = 'CODEX_SESSIONS_NO_SCOPE';
/** Any value: a scope whenever there is a user's manager, whether it helps or not. */
const ALWAYS_VARIABLE = 'CODEX_SESSIONS_SCOPE';

/** Files with the system's state and settings; tests use others. */
export interface SystemPlaces {
  readonly cgroup: string;
  readonly linger: string;
  readonly logindConf: readonly string[];
  /** Has the runtime directory of each user, named by the user's number. */
  readonly runtimeDirs: string;
  /**
   * If polkit is installed, one of these exists: it may let users turn on lingering for themselves.
   */
  readonly polkit: readonly string[];
}

export const SYSTEM: SystemPlaces = {
  cgroup: '/proc/self/cgroup',
  linger: '/var/lib/systemd/linger',
  // In the order of logind.conf(5): the last one to set a key wins.
  logindConf: [
    '/usr/lib/systemd/logind.conf',
    '/usr/lib/systemd/logind.conf.d',
    '/etc/systemd/logind.conf',
    '/run/systemd/logind.conf.d',
    '/etc/systemd/logind.conf.d',
  ],
  runtimeDirs: '/run/user',
  polkit: ['/usr', '/run/current-system/sw'].map(
    (at) => `${at}/share/dbus-1/system-services/org.freedesktop.PolicyKit1.service`,
  ),
};

/**
 * `Delegate`: without it, systemd stops the whole scope when the kernel kills one process in it for
 * lack of memory, so a compiler that one Codex runs could end all sessions.
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

/** The command that starts `command` in a scope; undefined if it is better without. */
export function scopeCommand(
  command: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
  places: SystemPlaces = SYSTEM,
): readonly string[] | undefined {
  const runtime = userManager(env, places);
  if (runtime === undefined || !(env[ALWAYS_VARIABLE] || helps(places))) return undefined;
  const run = (what: readonly string[]) => ['systemd-run', ...SYSTEMD_RUN, ...what];
  if (runtime === env.XDG_RUNTIME_DIR) return run(command);
  // For systemd-run alone; the supervisor has the environment of the shell that started it.
  const found = { XDG_RUNTIME_DIR: runtime, DBUS_SESSION_BUS_ADDRESS: undefined };
  return [...withEnv(found), ...run([...withEnv(valuesIn(env, found)), ...command])];
}

type Variables = Readonly<Record<string, string | undefined>>;

/** The command line of env(1) that sets these variables, or removes those that are undefined. */
function withEnv(variables: Variables): string[] {
  const all = Object.entries(variables);
  const removed = all.flatMap(([name, value]) => (value === undefined ? ['-u', name] : []));
  const set = all.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  return ['env', ...removed, ...set];
}

function valuesIn(env: NodeJS.ProcessEnv, names: Variables): Variables {
  return Object.fromEntries(Object.keys(names).map((name) => [name, env[name]]));
}

/**
 * The runtime directory of our user's manager, if that is running. After `su`, XDG_RUNTIME_DIR may
 * be missing or another user's; logind makes the directories in a fixed place.
 */
export function userManager(
  env: NodeJS.ProcessEnv = process.env,
  { runtimeDirs }: SystemPlaces = SYSTEM,
): string | undefined {
  if (env[NEVER_VARIABLE] || process.platform !== 'linux') return undefined;
  return [env.XDG_RUNTIME_DIR, join(runtimeDirs, String(process.getuid?.()))].find(
    (runtime) =>
      runtime &&
      // The directory first: another user may have put a link to a file of ours in theirs.
      [runtime, join(runtime, 'systemd', 'private')].every((path) => {
        const stat = statAt(path);
        return stat !== undefined && isOurs(stat);
      }),
  );
}

/** What turns lingering on; without polkit only an administrator may. */
export function lingerCommand({ polkit }: SystemPlaces = SYSTEM, uid = process.getuid?.()): string {
  const own = 'loginctl enable-linger';
  if (uid === 0 || polkit.some((path) => existsSync(path))) return own;
  return `sudo ${own} ${userName()}`;
}

function helps(places: SystemPlaces): boolean {
  return belowUserManager(places) || lingers(places) || killsUserProcesses(places);
}

/** True in a desktop's terminal, false after a login over ssh or on the console. */
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

/** The text of a file, or of each `.conf` file of a directory in order. */
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
