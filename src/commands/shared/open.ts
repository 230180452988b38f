/**
 * `--open`, and Ctrl-O in the switcher and `watch`: shows a session in another tab, pane or window.
 */
import { dirname, join } from 'node:path';
import { EXIT, UserError, usageError } from '../../platform/errors.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { type Config, configPath, loadConfig } from '../../store/config.ts';
import { say } from '../../terminal/output.ts';
import { shellWords } from '../../terminal/shell-words.ts';
import { displayName, here, refuseNesting, typedName } from './context.ts';
import { openingIn, type Where } from './open-places.ts';
import { runOpening, runOwnCommand } from './open-run.ts';

export type { Where } from './open-places.ts';

type Target = Pick<SessionInfo, 'fullName' | 'project' | 'name' | 'hash' | 'root' | 'state'>;

export interface OpenOptions {
  readonly where: Where;
  readonly readOnly?: boolean;
  readonly nest: boolean;
  /** This process draws on the terminal. */
  readonly isDrawing?: boolean;
}

/** How to open a session; found out before anything is started, so that nothing starts in vain. */
export interface Opener {
  /**
   * Shows it, and prints on standard error where.
   * @returns the exit code
   * @throws UserError
   */
  open(session: Target): Promise<number>;
}

/** @throws UserError (usage) when no way is known here, or when this runs inside a session */
export async function findOpener(options: OpenOptions): Promise<Opener> {
  const { env } = process;
  const config = await loadConfig(env, here());
  const probe = { command: ['true'], name: '', cwd: '/' };
  const around = openingIn(env, options.where, probe, false);
  // The terminal or multiplexer around us is then within that session.
  if (around) await refuseNesting(options.nest);
  else if (config.open === undefined) throw noPlace(options.where);
  return {
    open: async (session) => {
      const tool = await show(session, options, config);
      say(`Opened ${displayName(session)} in a new ${options.where}${tool ? ` of ${tool}` : ''}.`);
      return EXIT.ok;
    },
  };
}

/**
 * Ctrl-O: opens the session beside the switcher or the table, which stays.
 * @returns a line to show
 * @throws UserError
 */
export async function openBeside(session: Target, where: Where = 'pane'): Promise<string> {
  const options = { where, nest: false, isDrawing: true };
  const tool = await show(session, options, await loadConfig(process.env, here()));
  return `Opened ${displayName(session)} in a new ${where}${tool ? ` of ${tool}` : ''}.`;
}

function noPlace(where: Where): UserError {
  return usageError(
    `there is no tmux, zellij, kitty or WezTerm here to open a ${where} in`,
    `Say what else does: open = "xterm -e {command}" in ${configPath(process.env)}`,
  );
}

/**
 * @returns the tool's name, if it is a known one
 * @throws UserError
 */
async function show(
  session: Target,
  options: OpenOptions,
  config: Config,
): Promise<string | undefined> {
  const { CODEX_SESSIONS_SESSION: _, ...env } = process.env;
  const command = commandFor(session, options, env);
  const content = { command, name: displayName(session), cwd: session.root };
  const opening = openingIn(env, options.where, content, options.isDrawing ?? false);
  if (!opening && config.open === undefined) throw noPlace(options.where);
  const failed = opening
    ? await runOpening(opening, env)
    : await runOwnCommand(
        config.open?.replaceAll('{command}', () => shellWords(command)) ?? '',
        env,
      );
  if (failed === undefined) return opening?.tool;
  throw new UserError(
    `${opening?.tool ?? 'the command in "open"'} opened no ${options.where}: ${failed}`,
    opening?.hint ?? `In this terminal: codex-sessions attach ${typedName(session)}`,
  );
}

/** What the new terminal's environment may lack, as it may come from another process. */
const PASSED = [
  ...['PATH', 'CODEX_SESSIONS_DIR', 'CODEX_SESSIONS_CODEX', 'CODEX_SESSIONS_SNAPSHOT'],
  ...['CODEX_SESSIONS_DIRECT', 'CODEX_HOME', 'XDG_STATE_HOME', 'XDG_CONFIG_HOME'],
];

/** The command to run there: attaches, or starts a session that has ended. */
function commandFor(
  { fullName, state }: Target,
  { readOnly, nest }: OpenOptions,
  env: NodeJS.ProcessEnv,
): readonly string[] {
  const variables = PASSED.flatMap((name) => (env[name] ? [`${name}=${env[name]}`] : []));
  // The bundle is in `dist`.
  const launcher = join(dirname(__dirname), 'bin', 'codex-sessions');
  const verb = state === 'running' ? 'attach' : 'start';
  const flags = [
    ...(readOnly && verb === 'attach' ? ['--read-only'] : []),
    ...(nest ? ['--nest'] : []),
  ];
  return ['env', ...variables, launcher, verb, fullName, ...flags];
}
