/**
 * The configuration. An unknown key is an error rather than silently ignored; errors name file, line and
 * key.
 */
import { isAbsolute, join } from 'node:path';
import { homeDirectory } from '../platform/user-directories.ts';
import { ConfigFile, type Table } from './config-checked.ts';
import { readConfigFile } from './config-file.ts';
import { hostsOf } from './config-hosts.ts';
import { type Config, DEFAULTS } from './config-settings.ts';
import type { Project } from './project.ts';

export type { Config } from './config-settings.ts';

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
  const file = await ConfigFile.read(configPath(env), homeDirectory(env));
  let config = DEFAULTS;
  if (file) {
    config = { ...merge(config, file.root), hosts: hostsOf(file.root.hosts) };
    const own = file.projectTable(project, env);
    if (own) config = merge(config, own.table);
  }
  const command = env.CODEX_SESSIONS_CODEX;
  return command ? { ...config, codex: { ...config.codex, command } } : config;
}

/**
 * Other machines, by their names, in the order of the file.
 * @throws UserError as {@link loadConfig}
 */
export async function loadHosts(env: NodeJS.ProcessEnv): Promise<Config['hosts']> {
  const file = await ConfigFile.read(configPath(env), homeDirectory(env));
  return file ? hostsOf(file.root.hosts) : {};
}

/** Whether the file may name other machines: parsing it takes 1 ms, 5 without a startup snapshot. */
export function mentionsHosts(env: NodeJS.ProcessEnv): boolean {
  try {
    return /\bhosts\b/.test(readConfigFile(configPath(env), homeDirectory(env)) ?? '');
  } catch {
    // A command that needs the file reports what is wrong with it.
    return false;
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
    open: (table.open as string | undefined) ?? config.open,
    retentionDays: (table.retention_days as number | undefined) ?? config.retentionDays,
    codex: { ...config.codex, ...codex },
    hosts: config.hosts,
  };
}
