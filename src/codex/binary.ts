/**
 * Which Codex is run, and what its version supports: from its own `--help` and `--version`, cached
 * until the program's file changes.
 */
import { accessSync, constants, realpathSync, type Stats, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import { readRegular } from '../platform/checked-open.ts';
import { parseHelpFlags } from './flags.ts';
import { cachedProbe, identityOf, keepProbe, type Probe } from './probe-cache.ts';
import { outputOf } from './program-output.ts';

export const NOTHING_KNOWN: Probe = { noDaemon: false, version: undefined, flags: undefined };

/** 0.169 answers in 60–300 ms, later on a loaded machine; another program may never answer. */
const PROBE_TIME_LIMIT_MS = 3_000;
/** A program that did not answer in time may only have been slow: it is probed again after this. */
const SILENCE_KEPT_MS = 10 * 60_000;

/**
 * The path of the program to run, or undefined if there is none: `CODEX_SESSIONS_CODEX`, else
 * `command` (from the configuration), else `codex`. A name without a slash is looked up on the
 * `PATH` of `env`; a path is relative to `cwd`. Symbolic links are not resolved: those of version
 * managers lead to one program that looks at the name it was called by.
 */
export function findCodex(wanted: Wanted): string | undefined {
  return candidates(wanted).find(isProgram);
}

/** If {@link findCodex} finds none: the file that it would be if it were executable. */
export function unrunnableCodex(wanted: Wanted): string | undefined {
  return candidates(wanted).find((path) => statOf(path)?.isFile());
}

interface Wanted {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly command?: string | undefined;
}

function candidates({ env, cwd, command }: Wanted): string[] {
  const wanted = env.CODEX_SESSIONS_CODEX || command || 'codex';
  const home = env.HOME;
  const path = wanted.startsWith('~/') && home ? join(home, wanted.slice(2)) : wanted;
  if (path.includes('/')) return [resolve(cwd, path)];
  // An empty entry means the working directory, as in a shell.
  return (env.PATH ?? '')
    .split(delimiter)
    .map((directory) => join(isAbsolute(directory) ? directory : resolve(cwd, directory), path));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Undefined also if a parent is a file (ENOTDIR) or not accessible (EACCES). */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

/**
 * The version of `binary`, if known without running it: from an earlier {@link probe}, or from the
 * npm package that contains it.
 */
export function installedVersion(binary: string, cacheDir: string): string | undefined {
  const known = cachedProbe(binary, cacheDir)?.version;
  if (known !== undefined) return known;
  try {
    const manifest = join(dirname(realpathSync(binary)), '..', 'package.json');
    const { name, version } = JSON.parse(readRegular(manifest));
    return name === '@openai/codex' && typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}

/**
 * What this version of Codex supports. Never fails: the result is {@link NOTHING_KNOWN} or the like
 * if the program says nothing usable within {@link PROBE_TIME_LIMIT_MS}. Creates `cacheDir`.
 */
export async function probe(
  binary: string,
  cacheDir: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Probe> {
  const known = cachedProbe(binary, cacheDir);
  if (known !== undefined) return known;
  let identity: string;
  try {
    identity = identityOf(binary);
  } catch {
    return NOTHING_KNOWN;
  }
  const place = { cwd: process.cwd(), env };
  const [help, version] = await Promise.all([
    outputOf(binary, '--help', PROBE_TIME_LIMIT_MS, place),
    outputOf(binary, '--version', PROBE_TIME_LIMIT_MS, place),
  ]);
  const flags = help.text === undefined ? undefined : parseHelpFlags(help.text);
  const answered = flags !== undefined && flags.size > 0;
  const result: Probe = {
    noDaemon: answered && flags.has('--no-daemon'),
    version: /\b(\d+\.\d+\.\d+(?:-[\w.]+)?)\b/.exec(version.text?.slice(0, 200) ?? '')?.[1],
    flags: answered ? flags : undefined,
  };
  const until = answered ? null : Date.now() + SILENCE_KEPT_MS;
  keepProbe(binary, cacheDir, identity, result, until);
  return result;
}
