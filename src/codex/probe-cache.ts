/** Caches what versions of Codex support, until the program's file changes. */
import { mkdirSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readOwn } from '../platform/checked-open.ts';
import { privately } from '../platform/private-files.ts';
import { sha256 } from '../platform/sha256.ts';
import { uniqueHex } from '../platform/unique.ts';
import { safeJson } from '../terminal/safe-text.ts';
import type { CodexFlags } from './flags.ts';

export interface Probe {
  /** Accepts `--no-daemon` (0.169 does, 0.154 does not). */
  readonly noDaemon: boolean;
  /** `0.169.0`; undefined if it printed none. */
  readonly version: string | undefined;
  /** The options that its help lists; undefined if it printed none. */
  readonly flags: CodexFlags | undefined;
}

interface CacheEntry {
  readonly identity: string;
  /** Valid until then (ms since the epoch); null: for ever. */
  readonly until: number | null;
  readonly probe: { noDaemon: boolean; version?: string; flags?: Record<string, boolean> };
}

/** What the probe is of. */
export interface ProbeKey {
  readonly binary: string;
  /** Distinguishes the answers of a program that starts others. */
  readonly variant?: string;
}

/** The cached probe; undefined if there is none or it is outdated. */
export function cachedProbe(key: ProbeKey, cacheDir: string, now = Date.now()): Probe | undefined {
  try {
    const entry = JSON.parse(readOwn(cacheFile(key, cacheDir))) as CacheEntry;
    if (entry.identity !== identityOf(key.binary)) return undefined;
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
 * Caches a probe until the program changes, but at most until `until` (ms since the epoch; null: no
 * limit). `identity`: from {@link identityOf}, called before the probe.
 */
export function keepProbe(
  key: ProbeKey,
  cacheDir: string,
  identity: string,
  { noDaemon, version, flags }: Probe,
  until: number | null,
): void {
  store(cacheFile(key, cacheDir), {
    identity,
    until,
    probe: {
      noDaemon,
      ...(version !== undefined && { version }),
      ...(flags !== undefined && { flags: Object.fromEntries(flags) }),
    },
  });
}

function cacheFile({ binary, variant }: ProbeKey, cacheDir: string): string {
  const name = sha256(variant === undefined ? binary : `${binary}\0${variant}`).slice(0, 16);
  return join(cacheDir, `codex-${name}.json`);
}

/**
 * Changes when the program does. The `codex` of the npm package is a script that may stay the same
 * while an upgrade replaces the native program beside it; but each upgrade rewrites the package.json.
 */
export function identityOf(binary: string): string {
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
    // Only a cache: the program is probed again the next time.
    try {
      rmSync(temporary, { force: true });
    } catch {
      // The directory does not exist.
    }
  }
}
