/** What a new session is to be: program, arguments, environment, as this shell has them. */

import { realpathSync } from 'node:fs';
import { codexArgs } from '../codex/args.ts';
import { findCodex, probe } from '../codex/binary.ts';
import type { Config } from '../config.ts';
import { EXIT, UserError } from '../errors.ts';
import { fullNameOf } from '../names.ts';
import { ensurePrivateDirectory, type StatePaths } from '../paths.ts';
import type { Project } from '../project.ts';
import type { SessionSpec } from '../protocol/messages.ts';

/** Codex draws in colours only where it is told that it can. */
const TERM_WITHOUT_A_TERMINAL = 'xterm-256color';

export interface Wanted {
  readonly project: Project;
  readonly name: string;
  readonly cwd: string;
  readonly userArgs: readonly string[];
  readonly config: Config;
  readonly paths: StatePaths;
}

/** @throws UserError 5 when there is no Codex. */
export async function makeSpec(wanted: Wanted): Promise<SessionSpec> {
  const { project, name, config, paths } = wanted;
  const cwd = realpathSync(wanted.cwd);
  const file = findCodex({ env: process.env, cwd: process.cwd(), command: config.codex.command });
  if (!file) throw noCodex(process.env.CODEX_SESSIONS_CODEX || config.codex.command);
  ensurePrivateDirectory(paths.dir);
  const userArgs = [...wanted.userArgs];
  const args = codexArgs({
    userArgs: [...config.codex.args, ...userArgs],
    probe: await probe(file, paths.cache),
    isolate: config.codex.isolate,
    title: config.codex.title,
    cwd,
  });
  const fullName = fullNameOf(project, name);
  return {
    fullName,
    project: project.name,
    name,
    hash: project.hash,
    root: project.root,
    cwd,
    file,
    args,
    userArgs,
    env: sessionEnvironment(fullName),
    umask: process.umask(),
    scrollback: config.scrollback,
    ...(config.notify === undefined ? {} : { notify: config.notify }),
  };
}

/** This shell's environment: each session has its own, never that of whoever came first. */
function sessionEnvironment(fullName: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [key, value] of Object.entries(process.env)) if (value !== undefined) env[key] = value;
  env.TERM ||= TERM_WITHOUT_A_TERMINAL;
  env.CODEX_SESSIONS_SESSION = fullName;
  return env;
}

function noCodex(wanted: string | undefined): UserError {
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
