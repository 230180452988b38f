/** Where each value of the configuration comes from. */
import { homeDirectory } from '../platform/user-directories.ts';
import { configPath } from './config.ts';
import { ConfigFile, type Table } from './config-checked.ts';
import { CODEX_KEYS, DEFAULTS, ROOT_KEYS } from './config-settings.ts';
import type { Project } from './project.ts';

export type Origin =
  | { readonly type: 'environment'; readonly variable: string }
  | { readonly type: 'file'; readonly path: string; readonly line: number }
  | { readonly type: 'default' };

export interface Setting {
  /** As in the file, with `codex.` or `hosts.NAME.` before settings of these tables. */
  readonly key: string;
  /** Null if it is not set and has no default. */
  readonly value: string | number | boolean | readonly string[] | Record<string, never> | null;
  readonly from: Origin;
}

/** By setting, as named in the file. */
const VARIABLES: Readonly<Record<string, string>> = { 'codex.command': 'CODEX_SESSIONS_CODEX' };

/**
 * All settings with their values for the project, as `loadConfig` returns them.
 * @throws UserError as `loadConfig`
 */
export async function explainConfig(
  env: NodeJS.ProcessEnv,
  project: Project,
): Promise<readonly Setting[]> {
  const file = await ConfigFile.read(configPath(env), homeDirectory(env));
  const own = file?.projectTable(project, env);
  const places = [
    ...(own ? [{ table: own.table, at: ['projects', own.written] }] : []),
    ...(file ? [{ table: file.root, at: [] }] : []),
  ];
  const paths = [
    ...Object.keys(ROOT_KEYS),
    ...Object.keys(CODEX_KEYS).map((key) => `codex.${key}`),
  ];
  const settings = paths.map((key): Setting => {
    const variable = VARIABLES[key];
    const given = variable && env[variable];
    if (variable && given) return { key, value: given, from: { type: 'environment', variable } };
    const keys = key.split('.');
    for (const { table, at } of places) {
      const value = valueAt(table, keys);
      if (value === undefined || !file) continue;
      const line = file.lineOf([...at, ...keys]);
      return { key, value, from: { type: 'file', path: file.path, line } };
    }
    return { key, value: defaultOf(keys), from: { type: 'default' } };
  });
  return [...settings, ...(file ? hostSettings(file) : [])];
}

/** The settings of each host; for a host without any, an entry for the host itself. */
function hostSettings(file: ConfigFile): Setting[] {
  const hosts = Object.entries((file.root.hosts ?? {}) as Record<string, Record<string, string>>);
  return hosts.flatMap(([name, table]) => {
    const part = /^[\w-]+$/.test(name) ? name : JSON.stringify(name);
    const setting = (keys: readonly string[], value: Setting['value']): Setting => ({
      key: ['hosts', part, ...keys].join('.'),
      value,
      from: { type: 'file', path: file.path, line: file.lineOf(['hosts', name, ...keys]) },
    });
    const set = Object.entries(table).map(([key, value]) => setting([key], value));
    return set.length > 0 ? set : [setting([], {})];
  });
}

/** The file has been checked. */
function valueAt(
  table: Table,
  [first = '', ...rest]: readonly string[],
): Setting['value'] | undefined {
  const value = table[first];
  if (rest.length === 0 || value === undefined) return value as Setting['value'] | undefined;
  return valueAt(value as Table, rest);
}

function defaultOf(keys: readonly string[]): Setting['value'] {
  const names = keys.map((key) =>
    key.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
  );
  return valueAt(DEFAULTS as unknown as Table, names) ?? null;
}
