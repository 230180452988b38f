/** The Codex that a start would take now; nothing is run to find out. */
import { findCodex, installedVersion } from '../../codex/binary.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { loadConfig } from '../../store/config.ts';
import type { StatePaths } from '../../store/paths.ts';

const known = new Map<string, Promise<string | undefined>>();

/** Its version; undefined where that is not known. */
export function installedCodex(
  { root, project, hash }: Pick<SessionInfo, 'root' | 'project' | 'hash'>,
  paths: StatePaths,
): Promise<string | undefined> {
  let version = known.get(root);
  if (!version) {
    version = look({ root, name: project, hash }, paths);
    known.set(root, version);
  }
  return version;
}

async function look(
  project: Parameters<typeof loadConfig>[1],
  paths: StatePaths,
): Promise<string | undefined> {
  try {
    const { command } = (await loadConfig(process.env, project)).codex;
    const file = findCodex({ env: process.env, cwd: process.cwd(), command });
    return file && installedVersion(file, paths.cache);
  } catch {
    // What is wrong with the configuration or the directory is for a start to say.
    return undefined;
  }
}

/** By the three numbers of a version; what is behind them does not count. */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [numbers(version), numbers(than)];
  const at = a.findIndex((number, index) => number !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}

function numbers(version: string): number[] {
  return [0, 1, 2].map((index) => Number.parseInt(version.split('.')[index] ?? '', 10) || 0);
}
