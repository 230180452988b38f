/**
 * Remembers hosts that have failed recently, for which a list of all machines does not wait again.
 */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { privately } from '../platform/private-files.ts';
import { sha256 } from '../platform/sha256.ts';
import { ensurePrivateDirectory, type StatePaths } from '../store/paths.ts';
import type { Host } from './host.ts';

export const REMEMBERED_MS = 60_000;

export interface RecentFailure {
  readonly why: string;
  readonly agoMs: number;
}

export function recentFailure(paths: StatePaths, host: Host): RecentFailure | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(fileOf(paths, host), 'utf8'));
    const { at, why } = value as { at?: unknown; why?: unknown };
    const agoMs = Date.now() - Number(at);
    return agoMs >= 0 && agoMs < REMEMBERED_MS ? { why: String(why), agoMs } : undefined;
  } catch {
    return undefined;
  }
}

/** If it cannot be stored, the next list waits again. */
export function rememberFailure(paths: StatePaths, host: Host, why: string): void {
  try {
    ensurePrivateDirectory(join(paths.dir, 'ssh'));
    const text = JSON.stringify({ at: Date.now(), why });
    privately(() => writeFileSync(fileOf(paths, host), text));
  } catch {
    // The disk is full, or read-only.
  }
}

export function forgetFailure(paths: StatePaths, host: Host): void {
  rmSync(fileOf(paths, host), { force: true });
}

/** By its name, too, which is in the reason. */
function fileOf(paths: StatePaths, { name, destination, command }: Host): string {
  const key = sha256([name, destination, command].join('\0')).slice(0, 16);
  return join(paths.dir, 'ssh', `${key}.failed`);
}
