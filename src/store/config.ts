/**
 * The configuration file. An unknown key is an error rather than silently ignored; errors name file, line
 * and key.
 */
import { realpathSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { messageOf, UserError } from '../platform/errors.ts';
import { homeDirectory } from '../platform/user-directories.ts';
import { clashOf, KEY_RULE, readKey } from '../terminal/key-names.ts';
import { safeJson } from '../terminal/safe-text.ts';
import { readConfigFile } from './config-file.ts';
import { lineOf } from './config-lines.ts';
import type { Project } from './project.ts';

export interface Config {
  /** As `readKey` reads it: `ctrl+X`, `alt+X`, `ctrl+X Y`, `none`. */
  readonly detachKey: string;
  readonly switchKey: string;
  /** Lines of scrollback. */
  readonly scrollback: number;
  /** What a terminal's own scrollback gets on attaching. */
  readonly scrollbackOnAttach: 'all' | 'missed' | 'none';
  /** A command, or `desktop`. */
  readonly notify: string | undefined;
  /** How long the record of an ended session is kept. */
  readonly retentionDays: number;
  readonly codex: {
    readonly command: string | undefined;
    readonly args: readonly string[];
    readonly isolate: boolean;
    readonly title: boolean;
  };
}

const DEFAULTS: Config = {
  detachKey: 'ctrl+\\',
  switchKey: 'ctrl+^',
  scrollback: 2_000,
  scrollbackOnAttach: 'missed',
  notify: undefined,
  retentionDays: 30,
  codex: { command: undefined, args: [], isolate: true, title: true },
};

type Table = Readonly<Record<string, unknown>>;
/** Returns what the value must be, or undefined if it is valid. */
type Check = (value: unknown) => string | undefined;

const SCROLLBACK_MAX = 100_000;
const RETENTION_DAYS_MAX = 36_500;
/** Of a wrong value that is quoted. */
const VALUE_MAX_CHARS = 60;

const isText: Check = (value) => (typeof value === 'string' && value ? undefined : 'a text');
const isBoolean: Check = (value) => (typeof value === 'boolean' ? undefined : 'true or false');
const isTexts: Check = (value) =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')
    ? undefined
    : 'a list of texts';
const isKey: Check = (value) =>
  typeof value === 'string' && readKey(value) ? undefined : KEY_RULE;
const isNotice: Check = (value) => isText(value) && 'a command, or "desktop"';
const isCount =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? undefined
      : `a whole number from ${least} to ${most}`;

const isOneOf =
  (...texts: readonly string[]): Check =>
  (value) =>
    texts.includes(value as string) ? undefined : texts.map((text) => `"${text}"`).join(' or ');

const CODEX_KEYS: Readonly<Record<string, Check>> = {
  command: isText,
  args: isTexts,
  isolate: isBoolean,
  title: isBoolean,
};
const KEYS: Readonly<Record<string, Check>> = {
  detach_key: isKey,
  switch_key: isKey,
  scrollback: isCount(0, SCROLLBACK_MAX),
  scrollback_on_attach: isOneOf('all', 'missed', 'none'),
  notify: isNotice,
};
/** Top-level keys; `retention_days` cannot be set for a project. */
const ROOT_KEYS: Readonly<Record<string, Check>> = {
  ...KEYS,
  retention_days: isCount(1, RETENTION_DAYS_MAX),
};

export function configPath(env: NodeJS.ProcessEnv): string {
  const xdg = env.XDG_CONFIG_HOME;
  const base = xdg && isAbsolute(xdg) ? xdg : join(homeDirectory(env), '.config');
  return join(base, 'codex-sessions', 'config.toml');
}

/**
 * The settings for a project: the environment overrides its own table, which overrides the top level.
 * @throws UserError naming file, line and key; or when others can write the file
 */
export async function loadConfig(env: NodeJS.ProcessEnv, project: Project): Promise<Config> {
  const path = configPath(env);
  const source = readConfigFile(path, homeDirectory(env));
  let config = DEFAULTS;
  if (source !== undefined) {
    const file = new ConfigFile(path, source, await parse(path, source));
    config = merge(config, file.root);
    const own = file.projectTable(project, env);
    if (own) config = merge(config, own);
  }
  const command = env.CODEX_SESSIONS_CODEX;
  return command ? { ...config, codex: { ...config.codex, command } } : config;
}

async function parse(path: string, source: string): Promise<Table> {
  const { parse: parseToml } = await import('../platform/toml.ts');
  try {
    return parseToml(source);
  } catch (error) {
    const { line = 1 } = error as { line?: number };
    const what = messageOf(error)
      .split('\n')[0]
      ?.replace(/^Invalid TOML document: /, '');
    throw new UserError(
      `${path}:${line}: ${what}`,
      'Correct that line. The format is TOML: https://toml.io',
    );
  }
}

/** `table` has been checked. */
function merge(config: Config, table: Table): Config {
  const codex = (table.codex ?? {}) as Partial<Config['codex']>;
  return {
    detachKey: (table.detach_key as string | undefined) ?? config.detachKey,
    switchKey: (table.switch_key as string | undefined) ?? config.switchKey,
    scrollback: (table.scrollback as number | undefined) ?? config.scrollback,
    scrollbackOnAttach:
      (table.scrollback_on_attach as Config['scrollbackOnAttach'] | undefined) ??
      config.scrollbackOnAttach,
    notify: (table.notify as string | undefined) ?? config.notify,
    retentionDays: (table.retention_days as number | undefined) ?? config.retentionDays,
    codex: { ...config.codex, ...codex },
  };
}

class ConfigFile {
  readonly root: Table;
  readonly #path: string;
  readonly #source: string;

  /** @throws UserError for the first error in the file */
  constructor(path: string, source: string, root: Table) {
    this.#path = path;
    this.#source = source;
    this.root = root;
    this.#checkSettings(root, [], ROOT_KEYS, ['projects']);
    const keys = merge(DEFAULTS, root);
    this.#checkTwoKeys(root, [], keys);
    const projects = this.#table(root.projects, ['projects']);
    for (const [directory, value] of Object.entries(projects ?? {})) {
      const at = ['projects', directory];
      const table = this.#table(value, at) ?? {};
      this.#checkSettings(table, at, KEYS, []);
      this.#checkTwoKeys(table, at, merge(keys, table));
    }
  }

  /** The table whose path, as written or resolved, is the project's. */
  projectTable(project: Project, env: NodeJS.ProcessEnv): Table | undefined {
    const projects = (this.root.projects ?? {}) as Record<string, Table>;
    for (const [written, table] of Object.entries(projects)) {
      const path = written.replace(/^~(?=\/|$)/, homeDirectory(env)).replace(/(?<=.)\/+$/, '');
      if (path === project.root || realPath(path) === project.root) return table;
    }
    return undefined;
  }

  #checkSettings(
    table: Table,
    at: readonly string[],
    checks: Readonly<Record<string, Check>>,
    others: readonly string[],
  ): void {
    this.#checkKeys(table, at, checks, ['codex', ...others]);
    const codex = this.#table(table.codex, [...at, 'codex']);
    if (codex) this.#checkKeys(codex, [...at, 'codex'], CODEX_KEYS, []);
  }

  /** `keys`: what holds here, with what `table` does not set. */
  #checkTwoKeys(table: Table, at: readonly string[], keys: Config): void {
    const { detachKey, switchKey } = keys;
    const [detach, change] = [readKey(detachKey), readKey(switchKey)];
    if (!detach || !change || detach === 'none' || change === 'none') return;
    const clash = clashOf(detach, change);
    if (!clash) return;
    const [own, other, value] =
      table.switch_key === undefined
        ? ['detach_key', 'switch_key', switchKey]
        : ['switch_key', 'detach_key', detachKey];
    if (table[own] === undefined) return;
    const hint = `Choose two keys: here ${other} = ${safeJson(value)}.`;
    const what = clash === 'same' ? `is the ${other} too` : `and ${other} begin with the same key`;
    throw this.#wrong([...at, own], what, hint);
  }

  #checkKeys(
    table: Table,
    at: readonly string[],
    checks: Readonly<Record<string, Check>>,
    tables: readonly string[],
  ): void {
    for (const [key, value] of Object.entries(table)) {
      if (tables.includes(key)) continue;
      const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
      const known = [...Object.keys(checks), ...tables].join(', ');
      if (!check) throw this.#wrong([...at, key], 'is not known', `Known here: ${known}.`);
      const wanted = check(value);
      if (wanted) throw this.#wrongValue([...at, key], value, wanted);
    }
  }

  #table(value: unknown, at: readonly string[]): Table | undefined {
    if (value === undefined) return undefined;
    if (
      typeof value === 'object' &&
      value !== null &&
      !Array.isArray(value) &&
      !(value instanceof Date)
    )
      return value as Table;
    throw this.#wrongValue(at, value, 'a table');
  }

  #wrongValue(at: readonly string[], value: unknown, wanted: string): UserError {
    // JSON has no infinity.
    const text = typeof value === 'number' ? String(value) : safeJson(value);
    const shown = text.slice(0, VALUE_MAX_CHARS);
    return this.#wrong(at, `has a wrong value: ${shown}`, `It must be ${wanted}.`);
  }

  #wrong(keys: readonly string[], what: string, hint: string): UserError {
    const key = keys.map((k) => (/^[\w-]+$/.test(k) ? k : JSON.stringify(k))).join('.');
    return new UserError(`${this.#path}:${lineOf(this.#source, keys)}: ${key} ${what}`, hint);
  }
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
