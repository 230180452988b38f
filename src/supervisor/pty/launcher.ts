/**
 * Starts a program with file descriptors 0 to 2 only. On Linux the binding opens masters without
 * close-on-exec and Node has no fcntl, so each program would inherit the masters of all earlier
 * sessions and keep them open. A shell closes them between fork and exec; the program replaces the
 * shell in its process, so pid and exit code are its own. The shell also sets its resource limits.
 *
 * A shell changes some variables, so these bypass it as arguments of env(1).
 */
import { statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { isProgram } from '../../platform/programs.ts';
import type { Limits } from '../../platform/resource-limits.ts';
import { limitCommands, nicenessCommand } from './limit-commands.ts';

export interface Command {
  file: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  cwd: string;
  /** Default: our own. */
  limits?: Limits | undefined;
  niceness?: number | undefined;
}

/** Searched if there is no PATH, as by execvp(3). */
const DEFAULT_PATH = '/bin:/usr/bin';

const BASH_PLACES = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash'];
const ENV_PLACES = ['/usr/bin/env', '/bin/env'];

/** A name that no environment contains: the loop would overwrite an exported variable. */
const FD = '__codex_sessions_fd';
/** bash closes the descriptor whose number is in a variable, even if it has several digits. */
const CLOSE_WITH_BASH = `exec {${FD}}>&-`;
/** dash takes a number of several digits for a command and exits: try in a subshell first. */
const CLOSE_WITH_SH =
  `case $${FD} in ?) ;; *) (eval "exec $${FD}>&-") 2>/dev/null || continue;; esac; ` +
  `eval "exec $${FD}>&-"`;

/** Limits come last, as finding the descriptors takes one more. */
function script(close: string, limits: string): string {
  return (
    `for ${FD} in /proc/self/fd/*; do ${FD}=\${${FD}##*/}; ` +
    `case $${FD} in [012]|*[!0-9]*) continue;; esac; ${close}; done; ${limits}exec "$@"`
  );
}

/**
 * Variables that bash 5.2 sets, drops or acts on although `-p` keeps it from reading functions and
 * start-up files; for a locale that is not installed it even prints a warning to the terminal. Found
 * by comparing the environment before and after. Names that are not identifiers, exported functions
 * and values with newlines pass unchanged.
 */
const SHELL_VARIABLES = new Set(
  (
    '_ COMP_WORDBREAKS DIRSTACK ENV EPOCHREALTIME EPOCHSECONDS EUID FUNCNAME GLOBIGNORE GROUPS ' +
    'HISTCMD IFS LANG LINENO OLDPWD OPTERR OPTIND POSIXLY_CORRECT PPID PS1 PS2 PS4 PWD RANDOM ' +
    'SECONDS SHELLOPTS SHLVL SRANDOM UID'
  ).split(' '),
);
/** Variables that a shell sets even if they were unset. */
const INVENTED = ['_', 'OLDPWD', 'PWD', 'SHLVL'];

function bypassesShell(name: string): boolean {
  if (name.startsWith('BASH')) return !name.startsWith('BASH_FUNC_');
  return name.startsWith('LC_') || SHELL_VARIABLES.has(name);
}

/** Whether children inherit masters: not on macOS, where posix_spawn closes them by default. */
const NEEDS_LAUNCHER = process.platform === 'linux';

/** The command to fork: through the launcher if one is needed and possible. */
export function launched(command: Command): Command {
  const env = ENV_PLACES.find(isProgram);
  if (!NEEDS_LAUNCHER || env === undefined) return command;
  const bash = BASH_PLACES.find(isProgram);
  const entries = Object.entries(command.env);
  const around = entries.filter(([name]) => bypassesShell(name));
  // env(1) takes a word with a `=` for a variable.
  const plain = command.file.includes('=') ? ['/bin/sh', '-c', 'exec "$@"', 'sh'] : [];
  const limits =
    limitCommands(command.limits, bash === undefined ? 'sh' : 'bash') +
    nicenessCommand(command.niceness);
  const shell =
    bash === undefined
      ? ['-c', script(CLOSE_WITH_SH, limits)]
      : // Over ssh, where SHLVL is below 2, some builds read ~/.bashrc for any command, even with -p.
        ['--norc', '-p', '-c', script(CLOSE_WITH_BASH, limits)];
  return {
    file: bash ?? '/bin/sh',
    args: [
      ...shell,
      'launcher',
      env,
      ...INVENTED.flatMap((name) => ['-u', name]),
      ...around.map(([name, value]) => `${name}=${value}`),
      ...plain,
      command.file,
      ...command.args,
    ],
    env: Object.fromEntries(entries.filter(([name]) => !bypassesShell(name))),
    cwd: command.cwd,
  };
}

/**
 * Detects beforehand errors that the child could only print to its terminal.
 * @throws Error with a sentence for the user.
 */
export function checkRunnable({ file, env, cwd }: Command): void {
  if (!isAbsolute(cwd)) throw new Error(`not an absolute directory: ${cwd}`);
  if (!isDirectory(cwd)) throw new Error(`no such directory: ${cwd}`);
  if (file === '') throw new Error('no program given');
  if (file.includes('/')) {
    if (!isProgram(resolve(cwd, file))) throw new Error(`cannot execute ${file}`);
    return;
  }
  const places = (env.PATH ?? DEFAULT_PATH).split(':');
  if (!places.some((place) => isProgram(join(resolve(cwd, place), file))))
    throw new Error(`${file} is not on the PATH`);
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
