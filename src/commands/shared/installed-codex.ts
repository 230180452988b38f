/** The Codex that a start would run now, found without running it. */
import { findCodex, installedVersion } from '../../codex/binary.ts';
import { lookupDirectory } from '../../platform/working-directory.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { loadConfig } from '../../store/config.ts';
import type { StatePaths } from '../../store/paths.ts';

/** Its version; undefined if not known. */
type InstalledCodex = (
  session: Pick<SessionInfo, 'root' | 'project' | 'hash'>,
) => Promise<string | undefined>;

/** For one list: `dial` prints many, and between two of them another Codex may be installed. */
export function installedCodexOf(paths: StatePaths): InstalledCodex {
  const known = new Map<string, Promise<string | undefined>>();
  return ({ root, project, hash }) => {
    let version = known.get(root);
    if (!version) {
      version = look({ root, name: project, hash }, paths);
      known.set(root, version);
    }
    return version;
  };
}

async function look(
  project: Parameters<typeof loadConfig>[1],
  paths: StatePaths,
): Promise<string | undefined> {
  try {
    const { command } = (await loadConfig(process.env, project)).codex;
    const file = findCodex({ env: process.env, cwd: lookupDirectory(), command });
    return file && installedVersion(file, paths.cache);
  } catch {
    // A start will report what is wrong with the configuration or the directory.
    return undefined;
  }
}

/** Compares the three numbers of the versions and ignores what follows them. */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [numbers(version), numbers(than)];
  const at = a.findIndex((number, index) => number !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}

function numbers(version: string): number[] {
  return [0, 1, 2].map((index) => Number.parseInt(version.split('.')[index] ?? '', 10) || 0);
}
