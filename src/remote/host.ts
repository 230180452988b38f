/** Another machine, as configured, or as named on the command line. */
import type { HostConfig } from '../store/config-hosts.ts';
import { shellWords } from '../terminal/shell-words.ts';

export interface Host {
  /** The user's name for it. */
  readonly name: string;
  /** The destination that ssh is given. */
  readonly destination: string;
  /**
   * What runs codex-sessions there: words for the shell there, from the user's own configuration.
   */
  readonly command: string;
  /** Where sessions start there; empty: the home directory. */
  readonly directory: string;
}

export function hostOf(name: string, hosts: Readonly<Record<string, HostConfig>>): Host {
  const own = Object.hasOwn(hosts, name) ? hosts[name] : undefined;
  return {
    name,
    destination: own?.ssh ?? name,
    command: own?.command ?? 'codex-sessions',
    directory: own?.defaultDir ?? '',
  };
}

/**
 * Corrects advice from there: only here is it known how ssh reaches it, and how codex-sessions is run
 * there.
 */
export function withOwnSsh(said: string, { name, destination, command }: Host): string {
  return said
    .replaceAll(`ssh ${name} codex-sessions `, `ssh ${shellWords([destination, command])} `)
    .replaceAll(`ssh ${name} `, `ssh ${shellWords([destination])} `);
}
