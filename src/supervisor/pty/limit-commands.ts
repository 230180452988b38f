/** Gives a program the resource limits of the shell that started its session, not ours. */
import {
  type Limits,
  limitsOf,
  nicenessOf,
  type Resource,
} from '../../platform/resource-limits.ts';

/** Options of bash's `ulimit`, and the bytes of its unit. */
const ULIMIT: Readonly<Record<Resource, readonly [option: string, unit: number]>> = {
  cpu: ['t', 1],
  fsize: ['f', 1024],
  data: ['d', 1024],
  stack: ['s', 1024],
  core: ['c', 1024],
  rss: ['m', 1024],
  nproc: ['u', 1],
  nofile: ['n', 1],
  memlock: ['l', 1024],
  as: ['v', 1024],
  locks: ['x', 1],
  sigpending: ['i', 1],
  msgqueue: ['q', 1],
  nice: ['e', 1],
  rtprio: ['r', 1],
};
/** The only one that other shells have by the same option and in the same unit. */
const EVERYWHERE: Resource = 'nofile';

/**
 * Commands for a shell, each ended by `; `: for the limits that differ from our own, which the program
 * would inherit. A limit above our hard limit is cut down to that, unless we are root.
 */
export function limitCommands(wanted: Limits | undefined, shell: 'bash' | 'sh'): string {
  const own = wanted && limitsOf('self');
  if (!wanted || !own) return '';
  let commands = '';
  for (const resource of Object.keys(ULIMIT) as Resource[]) {
    const limit = wanted[resource];
    if (!limit || String(own[resource]) === String(limit)) continue;
    if (shell === 'bash' || resource === EVERYWHERE) commands += commandsFor(resource, limit);
  }
  return commands;
}

/** Before the program runs: what it starts at once would not have it if it were only set from outside. */
export function nicenessCommand(niceness: number | undefined): string {
  if (niceness === undefined || niceness === nicenessOf('self')) return '';
  return `renice -n ${niceness} -p $$ >/dev/null 2>&1; `;
}

function commandsFor(resource: Resource, [soft, hard]: readonly [string, string]): string {
  const [option, unit] = ULIMIT[resource];
  const set = (which: 'S' | 'H', limit: string) =>
    `ulimit -${which} -${option} ${inUnits(limit, unit)} 2>/dev/null`;
  // The first lets the hard limit be lowered, the last is for one that was raised.
  return `${set('S', soft)} || ulimit -S -${option} hard 2>/dev/null; ${set('H', hard)}; ${set('S', soft)}; `;
}

function inUnits(limit: string, unit: number): string {
  return limit === 'unlimited' ? limit : String(BigInt(limit) / BigInt(unit));
}
