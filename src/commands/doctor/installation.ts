/** Checks what a start needs: Node, the PTY library, the configuration, notices and Codex. */
import { join } from 'node:path';
import { noCodex } from '../../client/index.ts';
import { findCodex } from '../../codex/binary.ts';
import { probe } from '../../codex/probe.ts';
import type { Probe } from '../../codex/probe-cache.ts';
import { outputOf, type Place } from '../../codex/program-output.ts';
import { messageOf, UserError } from '../../platform/errors.ts';
import { desktopNotifier } from '../../platform/programs.ts';
import { lookupDirectory } from '../../platform/working-directory.ts';
import { type Config, loadConfig } from '../../store/config.ts';
import type { StatePaths } from '../../store/paths.ts';
import { explainingLine } from '../../terminal/explaining-lines.ts';
import { here } from '../shared/context.ts';
import { isOlder } from '../shared/installed-codex.ts';
import { about, type Finding } from './finding.ts';
import { checkLogin } from './login.ts';

/** The first to report its status by OSC 7501; for older ones the state in the title is used. */
const CODEX_WITH_REPORTS = '0.163.0';
const PTY_LIMIT_MS = 5_000;
/** 0.171 needs 0.1 s, more on a loaded machine. */
const VERSION_LIMIT_MS = 3_000;
const QUOTED_MAX_CHARS = 300;

/** A Node that is too old does not get this far: bin/codex-sessions.js. */
export function checkNode(): Finding[] {
  return [about('node').ok(`Node ${process.versions.node}, ${process.execPath}`)];
}

/** Run by the supervisor's own program, which is what needs it. */
export async function checkPty(): Promise<Finding[]> {
  const { ok, finding } = about('pty');
  // If the library is missing, Node would load one from ~/.node_modules, even of another user's home.
  const { HOME: _, ...env } = process.env;
  const { execa } = await import('../../platform/execa.ts');
  const { stdio, cause } = await execa(
    process.execPath,
    [join(__dirname, 'supervisor.js'), 'check-pty'],
    {
      cwd: '/',
      env,
      extendEnv: false,
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      timeout: PTY_LIMIT_MS,
      killSignal: 'SIGKILL',
      reject: false,
    },
  );
  const line = stdio[3]?.trim() || `failed ${cause ? messageOf(cause) : 'it gave no answer'}`;
  if (line === 'ready') return [ok('a program runs on a terminal of its own')];
  return [
    finding(
      `no terminal for a program: ${line.replace(/^failed /, '')}`,
      'Install codex-sessions again; optional dependencies must not be left out (npm i --include=optional).',
    ),
  ];
}

/** With what it needs to run, see ./login.ts. */
export async function checkCodex(
  config: Config,
  paths: StatePaths,
  keepCache: boolean,
): Promise<Finding[]> {
  const { note, finding } = about('codex');
  const file = findCodex({
    env: process.env,
    cwd: lookupDirectory(),
    command: config.codex.command,
  });
  if (!file) {
    const { message, hint } = noCodex(config);
    return [finding(message, hint)];
  }
  const place = { cwd: lookupDirectory(), env: process.env };
  // Without a state directory nothing must be stored, and below a device nothing can be.
  const cache = keepCache ? paths.cache : '/dev/null/cache';
  const [known, crash] = await Promise.all([probe(file, cache, place), crashOf(file, place)]);
  if (crash !== undefined)
    return [
      finding(
        `${file} --version ${crash}`,
        'Install it again: npm i -g @openai/codex. Or name another program in CODEX_SESSIONS_CODEX.',
      ),
    ];
  if (!known.version)
    return [
      note(`${file} does not say its version`, 'If it is a script around Codex: all is well.'),
    ];
  return [
    ...aboutVersion(file, known.version, known, config.codex.isolate),
    ...(await checkLogin(file, place, config.codex.args)),
  ];
}

function aboutVersion(
  file: string,
  version: string,
  { noDaemon }: Probe,
  isolate: boolean,
): Finding[] {
  const { ok, note } = about('codex');
  const found = [ok(`Codex ${version}, ${file}`)];
  if (isOlder(version, CODEX_WITH_REPORTS))
    found.push(
      note('it does not report its status; the state in its title is used', 'Update Codex.'),
    );
  if (isolate && !noDaemon)
    found.push(note('it has no --no-daemon: nothing to isolate, or not to be isolated'));
  return found;
}

/** The error if it is asked for its version now: it may have broken since it was found. */
async function crashOf(file: string, place: Place): Promise<string | undefined> {
  const { exit, errors } = await outputOf(file, ['--version'], VERSION_LIMIT_MS, place, true);
  if (exit === undefined || exit.code === 0) return undefined;
  const how = exit.signal ? `was ended by ${exit.signal}` : `exited with ${exit.code}`;
  const line = explainingLine(errors);
  return line === undefined ? how : `${how}: ${line.slice(0, QUOTED_MAX_CHARS)}`;
}

/** The configuration for this directory, or what is wrong with it. */
export async function checkConfig(): Promise<Config | Finding> {
  try {
    return await loadConfig(process.env, here());
  } catch (error) {
    const hint = error instanceof UserError ? error.hint : undefined;
    return about('config').finding(messageOf(error), hint ?? 'Correct the file.');
  }
}

export function checkNotices({ notify }: Config, env: NodeJS.ProcessEnv = process.env): Finding[] {
  const { ok, finding } = about('notify');
  if (notify !== 'desktop') return [];
  const program = desktopNotifier(env.PATH);
  if (program) return [ok(`notices by ${program}`)];
  return [
    finding(
      'notify = "desktop" needs notify-send or osascript, and neither is on the PATH',
      'Install notify-send (libnotify), or set notify to a command of your own.',
    ),
  ];
}
