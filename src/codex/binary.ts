/**
 * Which Codex is run, and what that version of it knows. The one place that starts a process here:
 * asking a program for its help and its version, with nothing on its stdin, a time limit, and an
 * answer that is kept until the program's file changes.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, isAbsolute, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { readOwn, readRegular } from '../platform/checked-open.ts';
import { privately } from '../platform/private-files.ts';
import { sha256 } from '../platform/sha256.ts';
import { uniqueHex } from '../platform/unique.ts';
import { safeJson } from '../terminal/safe-text.ts';
import { type CodexFlags, parseHelpFlags } from './flags.ts';

export interface Probe {
  /** It has `--no-daemon` (0.169 does, 0.154 does not). */
  readonly noDaemon: boolean;
  /** `0.169.0`; undefined when it did not say. */
  readonly version: string | undefined;
  /** The options that its help lists; undefined when it gave none. */
  readonly flags: CodexFlags | undefined;
}

export const NOTHING_KNOWN: Probe = { noDaemon: false, version: undefined, flags: undefined };

/** 0.169 answers in 60–300 ms; a loaded machine may need more; a stand-in may never answer. */
const PROBE_TIME_LIMIT_MS = 3_000;
/** No help is longer. */
const OUTPUT_MAX_BYTES = 256 * 1024;
/** What did not answer in time may have been slow only: asked again after this. */
const SILENCE_KEPT_MS = 10 * 60_000;

/**
 * The path of the program to run, or undefined when there is none: `CODEX_SESSIONS_CODEX`, else
 * `command` (from the configuration), else `codex`. A name without a slash is looked up on the
 * `PATH` of `env`; a path is taken from `cwd`. Links are left as they are: version managers use
 * links to one program that looks at the name it was called by.
 */
export function findCodex(wanted: Wanted): string | undefined {
  return candidates(wanted).find(isProgram);
}

/** Where {@link findCodex} finds none: the file that it would be if it could be run. */
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

/** Undefined also where a file is in the way to it, or no permission. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

interface CacheEntry {
  readonly identity: string;
  /** Kept until then (ms since the epoch); for ever when null. */
  readonly until: number | null;
  readonly probe: { noDaemon: boolean; version?: string; flags?: Record<string, boolean> };
}

/** What is known of `binary` from an earlier {@link probe}, in one file read; else undefined. */
export function cachedProbe(binary: string, cacheDir: string, now = Date.now()): Probe | undefined {
  try {
    const entry = JSON.parse(readOwn(cacheFile(binary, cacheDir))) as CacheEntry;
    if (entry.identity !== identityOf(binary)) return undefined;
    if (entry.until !== null && !(now < entry.until)) return undefined;
    const { noDaemon, version, flags } = entry.probe;
    return {
      noDaemon: noDaemon === true,
      version: typeof version === 'string' ? version : undefined,
      flags:
        typeof flags === 'object' && flags !== null ? new Map(Object.entries(flags)) : undefined,
    };
  } catch {
    return undefined;
  }
}

/**
 * The version of `binary`, where that is known without running it: from an earlier {@link probe},
 * or from the npm package that it is a part of.
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
 * What this version of Codex knows. Never fails: a program that says nothing sensible in
 * {@link PROBE_TIME_LIMIT_MS} is one of which nothing is known. `cacheDir` is created when needed.
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
  const [help, version] = await Promise.all([
    outputOf(binary, '--help', env),
    outputOf(binary, '--version', env),
  ]);
  const flags = help === undefined ? undefined : parseHelpFlags(help);
  const answered = flags !== undefined && flags.size > 0;
  const result: Probe = {
    noDaemon: answered && flags.has('--no-daemon'),
    version: /\b(\d+\.\d+\.\d+(?:-[\w.]+)?)\b/.exec(version?.slice(0, 200) ?? '')?.[1],
    flags: answered ? flags : undefined,
  };
  store(cacheFile(binary, cacheDir), {
    identity,
    until: answered ? null : Date.now() + SILENCE_KEPT_MS,
    probe: {
      noDaemon: result.noDaemon,
      ...(result.version !== undefined && { version: result.version }),
      ...(result.flags !== undefined && { flags: Object.fromEntries(result.flags) }),
    },
  });
  return result;
}

function cacheFile(binary: string, cacheDir: string): string {
  const name = sha256(binary).slice(0, 16);
  return join(cacheDir, `codex-${name}.json`);
}

/**
 * Changes when the program does. The `codex` of the npm package is a script that may stay the same
 * byte for byte while the native program beside it is replaced; the package's own package.json is
 * rewritten by each upgrade.
 */
function identityOf(binary: string): string {
  const path = realpathSync(binary);
  return [path, stamp(path), stamp(join(dirname(path), '..', 'package.json'))].join('|');
}

function stamp(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? '-' : `${stat.size}:${stat.mtimeMs}:${stat.ino}`;
}

function store(file: string, entry: CacheEntry): void {
  const temporary = `${file}.${uniqueHex()}`;
  try {
    privately(() => {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(temporary, safeJson(entry), { mode: 0o600, flag: 'wx' });
    });
    renameSync(temporary, file);
  } catch {
    // Only a cache: it is asked again the next time.
    try {
      rmSync(temporary, { force: true });
    } catch {
      // There is no such directory.
    }
  }
}

/** Undefined where the system refuses, such as a file that an upgrade is still writing (ETXTBSY). */
function ask(
  binary: string,
  argument: string,
  env: Readonly<Record<string, string | undefined>>,
): ChildProcessByStdio<null, Readable, null> | undefined {
  try {
    // Its own process group, so that what a script started ends with it.
    return spawn(binary, [argument], {
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
      env: env as NodeJS.ProcessEnv,
    });
  } catch {
    // Node throws some errors and tells of others by an event.
    return undefined;
  }
}

/** The first {@link OUTPUT_MAX_BYTES} of stdout; undefined when it did not end well in time. */
function outputOf(
  binary: string,
  argument: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  return new Promise((done) => {
    const child = ask(binary, argument, env);
    if (child === undefined) {
      done(undefined);
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    const finish = (output: string | undefined) => {
      clearTimeout(timer);
      child.stdout.destroy();
      done(output);
    };
    const giveUp = () => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Gone by itself.
      }
      child.unref();
      finish(undefined);
    };
    const timer = setTimeout(giveUp, PROBE_TIME_LIMIT_MS);
    child.stdout.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > OUTPUT_MAX_BYTES) giveUp();
    });
    child.on('error', () => finish(undefined));
    child.on('close', (code) => finish(code === 0 ? Buffer.concat(chunks).toString() : undefined));
  });
}
