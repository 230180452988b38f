/** Which other machines a list shows. What reaches them is loaded only if there are some. */
import { usageError } from '../platform/errors.ts';
import { type Config, loadHosts, mentionsHosts } from '../store/config.ts';
import { checkHost } from '../store/host-names.ts';
import type { StatePaths } from '../store/paths.ts';
import type { LoadMachines, OtherMachines } from './shared/other-machines.ts';

/** Options of `watch` and `switch`. */
export interface MachineOptions {
  readonly host: string | undefined;
  readonly local: boolean;
}

/**
 * The only machine to show, from `--host` or a query such as `box/`; undefined: this one and all known
 * ones.
 */
export function oneMachine(
  { host, local, here = false }: MachineOptions & { readonly here?: boolean },
  query: string | undefined,
): { readonly only: string | undefined; readonly query: string | undefined } {
  const named = /^([^/]+)\/$/.exec(query ?? '')?.[1];
  const only = host?.replace(/\/$/, '') ?? named;
  if (only !== undefined && (local || here))
    throw usageError(
      `--${local ? 'local' : 'here'} and a host are two machines`,
      'Use one of the two.',
    );
  if (only !== undefined) checkHost(only);
  return { only, query: named === undefined ? query : undefined };
}

/** The configured machines, for the switcher of an attached terminal; undefined if there are none. */
export function machinesFor(paths: StatePaths, { hosts }: Config): LoadMachines | undefined {
  if (Object.keys(hosts).length === 0) return undefined;
  return async () => new (await import('./far/machines.ts')).Machines(paths, hosts);
}

/** The machines of a list; undefined if it shows this machine alone. `stays`: as in MachinesOptions. */
export async function machinesOfList(
  paths: StatePaths,
  { only, local, stays }: { readonly only: string | undefined; local: boolean; stays: boolean },
): Promise<OtherMachines | undefined> {
  if (local || (only === undefined && !mentionsHosts(process.env))) return undefined;
  const hosts = await loadHosts(process.env);
  if (only === undefined && Object.keys(hosts).length === 0) return undefined;
  const { Machines } = await import('./far/machines.ts');
  return new Machines(paths, hosts, { stays, ...(only !== undefined && { only }) });
}
