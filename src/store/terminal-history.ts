/**
 * Which sessions each terminal showed last, for `switch -`: one small file a terminal. That there is none at
 * all tells that the user has never left a session.
 */
import { existsSync, fstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import * as v from 'valibot';
import { readOwn } from '../platform/checked-open.ts';
import { privately } from '../platform/private-files.ts';
import { uniqueHex } from '../platform/unique.ts';
import { safeJson } from '../terminal/safe-text.ts';
import type { StatePaths } from './paths.ts';

/** The one that was left last, and the one before it. */
const KEPT = 2;

const History = v.object({ madeAt: v.number(), shown: v.array(v.string()) });

export function hasHistory({ terminals }: Pick<StatePaths, 'terminals'>): boolean {
  return existsSync(terminals);
}

/** Full names of the last two sessions that this terminal showed, the newest first. */
export function historyOfTerminal({ terminals }: Pick<StatePaths, 'terminals'>): readonly string[] {
  const terminal = ownTerminal();
  if (!terminal) return [];
  try {
    const found = v.parse(History, JSON.parse(readOwn(join(terminals, terminal.file))));
    return found.madeAt === terminal.madeAt ? found.shown.slice(0, KEPT) : [];
  } catch {
    // None, or not written by us.
    return [];
  }
}

/** Remembers what this terminal has shown, the newest first. Does nothing if that cannot be written. */
export function rememberShown(paths: Pick<StatePaths, 'terminals'>, ...shown: string[]): void {
  const terminal = ownTerminal();
  if (!terminal) return;
  const { terminals } = paths;
  const all = [...new Set([...shown, ...historyOfTerminal(paths)])].slice(0, KEPT);
  const temporary = join(terminals, `.${uniqueHex()}.tmp`);
  try {
    privately(() => {
      mkdirSync(terminals, { recursive: true, mode: 0o700 });
      const text = safeJson({ madeAt: terminal.madeAt, shown: all });
      writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
    });
    renameSync(temporary, join(terminals, terminal.file));
  } catch {
    // A full disk, or what is no file in its place: `switch -` then knows less.
    rmSync(temporary, { force: true });
  }
}

/**
 * Numbers of devices are used again; the inode's time of change tells when this terminal was made. Writing
 * to a terminal does not change it.
 */
function ownTerminal(): { readonly file: string; readonly madeAt: number } | undefined {
  if (!isatty(0)) return undefined;
  const { rdev, ctimeMs: madeAt } = fstatSync(0);
  return { file: `${rdev}.json`, madeAt };
}
