/**
 * Finds which keys submit a prompt in Codex's composer, from its configuration. As measured with
 * 0.171: `tui.keymap.composer.submit`, or else `tui.keymap.global.submit`, is a key or an array of
 * keys; an empty array means none. A later one of these sources wins: the system's file, the
 * user's, the profile's (`NAME.config.toml` beside it), those of the project from its root down to
 * the directory if it is trusted, `-c`.
 */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readRegular } from '../platform/checked-open.ts';
import { settingsIn } from './args.ts';

const SYSTEM_CONFIG = '/etc/codex/config.toml';
const USER_CONFIG = 'config.toml';
/** Contained in every setting of keys; without it nothing needs to be parsed. */
const KEYMAP = 'keymap';
const DEFAULT_KEYS: readonly string[] = ['enter'];

export interface SubmitKeysRequest {
  readonly codexHome: string;
  /** The directory in which Codex was started. */
  readonly cwd: string;
  /** Codex's arguments. */
  readonly args: readonly string[];
}

type Table = Readonly<Record<string, unknown>>;

/**
 * In Codex's words (`ctrl-enter`), with the one it shows first at the front. Empty: no key submits.
 */
export async function submitKeys(request: SubmitKeysRequest): Promise<readonly string[]> {
  const { codexHome, cwd, args } = request;
  const { overrides, profile } = settingsIn(args);
  const user = read(join(codexHome, USER_CONFIG));
  const base = [read(SYSTEM_CONFIG), user];
  if (profile !== undefined && !/[/\\]/.test(profile))
    base.push(read(join(codexHome, `${profile}.${USER_CONFIG}`)));
  const directories = directoriesOf(cwd);
  const project = directories.map((directory) => read(join(directory, '.codex', USER_CONFIG)));
  if (![...base, ...project, ...overrides].some((text) => text.includes(KEYMAP)))
    return DEFAULT_KEYS;
  const { parse } = await import('../platform/toml.ts');
  const table = (text: string): Table => {
    try {
      return parse(text);
    } catch {
      return {};
    }
  };
  const trusted = isTrusted(table(user), directories);
  const layers = [...base, ...(trusted ? project : [])].map(table);
  layers.push(...overrides.map((text) => override(text, table)));
  const keys = (context: string) =>
    layers.map((layer) => at(layer, ['tui', KEYMAP, context, 'submit'])).findLast(isSet);
  const found = keys('composer') ?? keys('global');
  if (found === undefined) return DEFAULT_KEYS;
  return [found].flat().filter((key): key is string => typeof key === 'string');
}

function isSet(value: unknown): boolean {
  return value !== undefined;
}

/** Empty if it cannot be read. */
function read(path: string): string {
  try {
    return readRegular(path);
  } catch {
    return '';
  }
}

/** From the root of the repository down to `cwd`; outside of a repository only `cwd`. */
function directoriesOf(cwd: string): readonly string[] {
  const directories: string[] = [];
  for (let at = cwd; ; at = dirname(at)) {
    directories.unshift(at);
    if (existsSync(join(at, '.git'))) return directories;
    if (at === dirname(at)) return [cwd];
  }
}

function isTrusted(user: Table, directories: readonly string[]): boolean {
  const [root = ''] = directories;
  const places = [...directories, mainWorktree(root)];
  return places.some((place) => at(user, ['projects', place, 'trust_level']) === 'trusted');
}

/** The directory of the main worktree: Codex's trust in it also holds for the linked ones. */
function mainWorktree(root: string): string {
  // Empty for the main worktree, where `.git` is a directory.
  const link = read(join(root, '.git'));
  return /^gitdir: (.*)\/\.git\/worktrees\//.exec(link)?.[1] ?? root;
}

/** `KEY=VALUE`: the value is TOML, or else a string. */
function override(text: string, table: (text: string) => Table): Table {
  const parsed = table(text);
  if (Object.keys(parsed).length > 0) return parsed;
  const end = text.indexOf('=');
  return end < 0
    ? {}
    : table(`${text.slice(0, end)}=${JSON.stringify(text.slice(end + 1).trim())}`);
}

function at(table: Table, path: readonly string[]): unknown {
  let value: unknown = table;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Table)[key];
  }
  return value;
}
