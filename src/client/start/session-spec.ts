/** Builds the spec of a session: its program, arguments and environment. */

import { realpathSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { codexArgs, directoryIn } from '../../codex/args.ts';
import { findCodex, unrunnableCodex } from '../../codex/binary.ts';
import { codexHomeOf } from '../../codex/conversation.ts';
import { probe } from '../../codex/probe.ts';
import { submitKeys } from '../../codex/submit-keys.ts';
import { EXIT, errorCode, UserError } from '../../platform/errors.ts';
import { nicenessOf, ownLimits } from '../../platform/resource-limits.ts';
import { homeDirectory } from '../../platform/user-directories.ts';
import { lookupDirectory, refuseMangled } from '../../platform/working-directory.ts';
import type { SessionSpec } from '../../protocol/messages.ts';
import type { Config } from '../../store/config.ts';
import { fullNameOf } from '../../store/names.ts';
import { ensureStateDirectory, type StatePaths } from '../../store/paths.ts';
import type { Project } from '../../store/project.ts';
import { describeOwnTerminal } from './terminal-variables.ts';

export interface SpecRequest {
  readonly project: Project;
  readonly name: string;
  readonly cwd: string;
  /** It is unknown where the conversation was last: Codex asks, unless it was `cwd`. */
  readonly asks?: boolean;
  readonly userArgs: readonly string[];
  /** `userArgs` come from the record, not from the command line. */
  readonly recalledArgs?: boolean | undefined;
  readonly config: Config;
  readonly paths: StatePaths;
  /** The conversation to resume or fork. */
  readonly conversation?: { readonly how: 'resume' | 'fork'; readonly id: string } | undefined;
  /** The program that the session last ran, in case this environment finds none. */
  readonly lastFile?: string | undefined;
  /** The session's own CODEX_HOME, which may have been unset; undefined means this shell's. */
  readonly home?: { readonly codexHome?: string | undefined } | undefined;
}

/** @throws UserError 5 when there is no Codex */
export async function buildSpec(wanted: SpecRequest): Promise<SessionSpec> {
  const { project, name, config, paths, conversation } = wanted;
  const cwd = existing(wanted.cwd);
  const file = programFor(config, wanted.lastFile);
  ensureStateDirectory(paths);
  const env = sessionEnvironment(wanted.home);
  const known = await probe(file, paths.cache, { cwd, env });
  const userArgs = [...wanted.userArgs];
  const allArgs = [...config.codex.args, ...userArgs];
  const args = codexArgs({
    userArgs: allArgs,
    probe: known,
    isolate: config.codex.isolate,
    title: config.codex.title,
    cwd: wanted.asks ? undefined : cwd,
    ...(conversation && { [conversation.how]: conversation.id }),
    withPrompt: !wanted.recalledArgs,
  });
  const fullName = fullNameOf(project, name);
  const { name: projectName, hash, root } = project;
  return {
    ...{ fullName, project: projectName, name, hash, root, cwd },
    ...{ file, args, userArgs },
    env: { ...env, CODEX_SESSIONS_SESSION: fullName },
    umask: process.umask(),
    ...priorities(),
    scrollback: config.scrollback,
    submitKeys: [...(await submitKeys({ codexHome: codexHomeOf(env), cwd, args: allArgs }))],
    ...(config.notify === undefined ? {} : { notify: config.notify }),
    ...(wanted.recalledArgs && { recalled: true }),
    ...(conversation?.how === 'resume' && {
      conversation: conversation.id,
      ...(!wanted.asks && !directoryIn(userArgs) && { directory: cwd }),
    }),
    ...(known.version !== undefined && { codexVersion: known.version }),
  };
}

/** @throws UserError when the directory is gone */
function existing(directory: string): string {
  try {
    const path = realpathSync(directory);
    refuseMangled(path);
    return path;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `cannot start in ${directory} (${errorCode(error)})`,
      'Make the directory again, or start in another one: start -C DIR.',
    );
  }
}

/**
 * The program that this environment finds, so that a session brought back runs the current Codex; if it
 * finds none (a cron job, a bare login), the one that the session last ran.
 */
function programFor(config: Config, last?: string): string {
  const { command } = config.codex;
  const find = (env: NodeJS.ProcessEnv) => findCodex({ env, cwd: lookupDirectory(), command });
  const named = process.env.CODEX_SESSIONS_CODEX || command;
  const found =
    find(process.env) ?? (named || !last ? undefined : find({ CODEX_SESSIONS_CODEX: last }));
  if (!found) throw noCodex(config);
  return found;
}

/**
 * This shell's environment, not that of the shell which launched the supervisor. A resumed conversation
 * stays in the CODEX_HOME in which it began.
 */
function sessionEnvironment(home: SpecRequest['home']): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [key, value] of Object.entries(process.env)) if (value !== undefined) env[key] = value;
  if (home?.codexHome) env.CODEX_HOME = home.codexHome;
  else if (home) delete env.CODEX_HOME;
  // Where we look, too; a relative path would mean another directory in the session's.
  if (!env.HOME || !isAbsolute(env.HOME)) env.HOME = homeDirectory();
  describeOwnTerminal(env);
  delete env.CODEX_SESSIONS_SESSION;
  return env;
}

/** Those of this shell, if the system tells. */
function priorities(): Pick<SessionSpec, 'limits' | 'niceness'> {
  const [limits, niceness] = [ownLimits(), nicenessOf('self')];
  return { ...(limits && { limits }), ...(niceness !== undefined && { niceness }) };
}

/** The error when {@link programFor} finds none. */
export function noCodex({ codex: { command } }: Config): UserError {
  const wanted = process.env.CODEX_SESSIONS_CODEX || command;
  const there = unrunnableCodex({ env: process.env, cwd: lookupDirectory(), command });
  if (there)
    return new UserError(
      `${there} is not executable`,
      `Make it so: chmod +x '${there}'`,
      EXIT.codexNotFound,
    );
  return wanted
    ? new UserError(
        `there is no program ${wanted}`,
        'CODEX_SESSIONS_CODEX or "command" in the configuration names it: correct the path.',
        EXIT.codexNotFound,
      )
    : new UserError(
        'there is no codex on the PATH',
        'Install it: npm i -g @openai/codex. Or name the program in CODEX_SESSIONS_CODEX.',
        EXIT.codexNotFound,
      );
}
