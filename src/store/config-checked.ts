/** Reads and checks the configuration file. */
import { realpathSync } from 'node:fs';
import { messageOf, UserError } from '../platform/errors.ts';
import { nearestName } from '../platform/nearest-name.ts';
import { homeDirectory } from '../platform/user-directories.ts';
import { clashOf, readKey } from '../terminal/key-names.ts';
import { safeJson } from '../terminal/safe-text.ts';
import { readConfigFile } from './config-file.ts';
import { HOST_KEYS } from './config-hosts.ts';
import { lineOf } from './config-lines.ts';
import {
  type Check,
  CODEX_KEYS,
  type Config,
  DEFAULTS,
  KEYS,
  ROOT_KEYS,
} from './config-settings.ts';
import { hostProblem } from './host-names.ts';
import type { Project } from './project.ts';

export type Table = Readonly<Record<string, unknown>>;
type TwoKeys = Pick<Config, 'detachKey' | 'switchKey'>;

export interface ProjectTable {
  /** Its path, as written in the file. */
  readonly written: string;
  readonly table: Table;
}

/** Length at which a quoted wrong value is cut. */
const VALUE_MAX_CHARS = 60;

export class ConfigFile {
  readonly root: Table;
  readonly path: string;
  readonly #source: string;

  /**
   * Undefined if there is no file.
   * @throws UserError for the first error in the file, or if others can write to it
   */
  static async read(path: string, home: string): Promise<ConfigFile | undefined> {
    const source = readConfigFile(path, home);
    return source === undefined
      ? undefined
      : new ConfigFile(path, source, await parse(path, source));
  }

  private constructor(path: string, source: string, root: Table) {
    this.path = path;
    this.#source = source;
    this.root = root;
    this.#checkSettings(root, [], ROOT_KEYS, ['projects', 'hosts']);
    const keys = keysIn(root, DEFAULTS);
    this.#checkTwoKeys(root, [], keys);
    this.#checkHosts(this.#table(root.hosts, ['hosts']));
    const projects = this.#table(root.projects, ['projects']);
    for (const [directory, value] of Object.entries(projects ?? {})) {
      const at = ['projects', directory];
      const table = this.#table(value, at) ?? {};
      this.#checkSettings(table, at, KEYS, []);
      this.#checkTwoKeys(table, at, keysIn(table, keys));
    }
  }

  #checkHosts(hosts: Table | undefined): void {
    for (const [name, value] of Object.entries(hosts ?? {})) {
      const at = ['hosts', name];
      const problem = hostProblem(name);
      if (problem) throw this.#wrong(at, `cannot be a host: ${problem}`, 'Give it another name.');
      this.#checkKeys(this.#table(value, at) ?? {}, at, HOST_KEYS, []);
    }
  }

  /** The table whose path, as written or resolved, is the project's. */
  projectTable(project: Project, env: NodeJS.ProcessEnv): ProjectTable | undefined {
    const projects = (this.root.projects ?? {}) as Record<string, Table>;
    for (const [written, table] of Object.entries(projects)) {
      const path = written.replace(/^~(?=\/|$)/, homeDirectory(env)).replace(/(?<=.)\/+$/, '');
      if (path === project.root || realPath(path) === project.root) return { written, table };
    }
    return undefined;
  }

  /** From 1. */
  lineOf(keys: readonly string[]): number {
    return lineOf(this.#source, keys);
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

  /** `keys`: the settings in effect here, for those that `table` does not set. */
  #checkTwoKeys(table: Table, at: readonly string[], keys: TwoKeys): void {
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
      if (!check)
        throw this.#wrong(
          [...at, key],
          'is not known',
          knownHere(key, [...Object.keys(checks), ...tables]),
        );
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
    return new UserError(`${this.path}:${this.lineOf(keys)}: ${key} ${what}`, hint);
  }
}

function knownHere(key: string, known: readonly string[]): string {
  const nearest = known[nearestName(key, known)];
  return `${nearest ? `Did you mean ${nearest}? ` : ''}Known here: ${known.join(', ')}.`;
}

function keysIn(table: Table, otherwise: TwoKeys): TwoKeys {
  return {
    detachKey: (table.detach_key as string | undefined) ?? otherwise.detachKey,
    switchKey: (table.switch_key as string | undefined) ?? otherwise.switchKey,
  };
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
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
