/** Node, the PTY library, Codex and the configuration: what every start needs. */
import { join } from 'node:path';
import { noCodex } from '../../client/index.ts';
import { findCodex } from '../../codex/binary.ts';
import { probe } from '../../codex/probe.ts';
import { messageOf, UserError } from '../../platform/errors.ts';
import { lookupDirectory } from '../../platform/working-directory.ts';
import { type Config, loadConfig } from '../../store/config.ts';
import type { StatePaths } from '../../store/paths.ts';
import { here } from '../shared/context.ts';
import { isOlder } from '../shared/installed-codex.ts';
import { about, type Finding } from './finding.ts';

/** The first to report its status by OSC 7501; for older ones the state in the title is used. */
const CODEX_WITH_REPORTS = '0.163.0';
const PTY_LIMIT_MS = 5_000;

/** One that is too old has not come so far: bin/codex-sessions.js. */
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

export async function checkCodex(paths: StatePaths, keepCache: boolean): Promise<Finding[]> {
  const configured = await configuration();
  if ('level' in configured) return [configured];
  const { ok, note, finding } = about('codex');
  const { command, isolate } = configured.codex;
  const file = findCodex({ env: process.env, cwd: lookupDirectory(), command });
  if (!file) {
    const { message, hint } = noCodex(configured);
    return [finding(message, hint)];
  }
  // Without a state directory nothing must be stored, and below a device nothing can be.
  const place = { cwd: lookupDirectory(), env: process.env };
  const known = await probe(file, keepCache ? paths.cache : '/dev/null/cache', place);
  if (!known.version)
    return [
      note(`${file} does not say its version`, 'If it is a script around Codex: all is well.'),
    ];
  const found = [ok(`Codex ${known.version}, ${file}`)];
  if (isOlder(known.version, CODEX_WITH_REPORTS))
    found.push(
      note('it does not report its status; the state in its title is used', 'Update Codex.'),
    );
  if (isolate && !known.noDaemon)
    found.push(note('it has no --no-daemon: nothing to isolate, or not to be isolated'));
  return found;
}

async function configuration(): Promise<Config | Finding> {
  try {
    return await loadConfig(process.env, here());
  } catch (error) {
    const hint = error instanceof UserError ? error.hint : undefined;
    return about('config').finding(messageOf(error), hint ?? 'Correct the file.');
  }
}
