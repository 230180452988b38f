/**
 * Remembers which sessions each terminal showed last, for `switch -`: one small file per terminal.
 * If there are no files at all, the user has never left a session.
 */
import {
  existsSync,
  fstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isatty } from 'node:tty';
import * as v from 'valibot';
import { readOwn } from '../platform/checked-open.ts';
import { privately } from '../platform/private-files.ts';
import { uniqueHex } from '../platform/unique.ts';
import { safeJson } from '../terminal/safe-text.ts';
import type { StatePaths } from './paths.ts';

/** The session left last, and the one before it. */
const KEPT = 2;

const History = v.object({ madeAt: v.number(), shown: v.array(v.string()) });
type History = v.InferOutput<typeof History>;

export function hasHistory({ terminals }: Pick<StatePaths, 'terminals'>): boolean {
  return existsSync(terminals);
}

/** Full names of the last two sessions that this terminal showed, newest first. */
export function historyOfTerminal(paths: Pick<StatePaths, 'terminals'>): readonly string[] {
  const terminal = ownTerminal();
  if (!terminal) return [];
  const found = read(paths, terminal.file);
  return found?.madeAt === terminal.madeAt ? found.shown.slice(0, KEPT) : [];
}

/** Remembers what this terminal has shown, newest first. Does nothing if that cannot be written. */
export function rememberShown(paths: Pick<StatePaths, 'terminals'>, ...shown: string[]): void {
  const terminal = ownTerminal();
  if (!terminal) return;
  const all = [...new Set([...shown, ...historyOfTerminal(paths)])].slice(0, KEPT);
  write(paths, terminal.file, { madeAt: terminal.madeAt, shown: all });
}

/** A session has another full name now: updates every terminal that has shown it. */
export function renameShown(
  paths: Pick<StatePaths, 'terminals'>,
  before: string,
  now: string,
): void {
  for (const file of filesIn(paths)) {
    const history = read(paths, file);
    if (history?.shown.includes(before))
      write(paths, file, {
        ...history,
        shown: history.shown.map((name) => (name === before ? now : name)),
      });
  }
}

function filesIn({ terminals }: Pick<StatePaths, 'terminals'>): string[] {
  try {
    return readdirSync(terminals).filter((name) => /^\d+\.json$/.test(name));
  } catch {
    return [];
  }
}

/** Undefined if there is none, or if it was not written by us. */
function read({ terminals }: Pick<StatePaths, 'terminals'>, file: string): History | undefined {
  try {
    return v.parse(History, JSON.parse(readOwn(join(terminals, file))));
  } catch {
    return undefined;
  }
}

function write({ terminals }: Pick<StatePaths, 'terminals'>, file: string, history: History): void {
  const temporary = join(terminals, `.${uniqueHex()}.tmp`);
  try {
    privately(() => {
      mkdirSync(terminals, { recursive: true, mode: 0o700 });
      writeFileSync(temporary, safeJson(history), { mode: 0o600, flag: 'wx' });
    });
    renameSync(temporary, join(terminals, file));
  } catch {
    // The disk is full, or something else has the file's name: `switch -` then knows less.
    rmSync(temporary, { force: true });
  }
}

/**
 * Device numbers are used again; the inode's ctime tells when this terminal was made, as writing to
 * a terminal does not change it.
 */
function ownTerminal(): { readonly file: string; readonly madeAt: number } | undefined {
  if (!isatty(0)) return undefined;
  const { rdev, ctimeMs: madeAt } = fstatSync(0);
  return { file: `${rdev}.json`, madeAt };
}
