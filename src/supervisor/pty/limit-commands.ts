/** Gives a program the resource limits of the shell that started its session, instead of ours. */
import {
  type Limits,
  limitsOf,
  nicenessOf,
  type Resource,
} from '../../platform/resource-limits.ts';

/** Options of bash's `ulimit`, and the unit of each in bytes. */
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
/** The only limit that other shells set by the same option and in the same unit. */
const EVERYWHERE: Resource = 'nofile';

/**
 * Shell commands, each ended by `; `, that set the limits which differ from our own. A limit above
 * our hard limit is cut to that, unless we are root.
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

/**
 * Must be set before the program runs: if it were only set from outside, what the program starts at
 * once would not have it.
 */
export function nicenessCommand(niceness: number | undefined): string {
  if (niceness === undefined || niceness === nicenessOf('self')) return '';
  return `renice -n ${niceness} -p $$ >/dev/null 2>&1; `;
}

function commandsFor(resource: Resource, [soft, hard]: readonly [string, string]): string {
  const [option, unit] = ULIMIT[resource];
  const set = (which: 'S' | 'H', limit: string) =>
    `ulimit -${which} -${option} ${inUnits(limit, unit)} 2>/dev/null`;
  // Setting the soft limit first lets the hard limit be lowered; setting it last is for one that
  // was raised.
  return `${set('S', soft)} || ulimit -S -${option} hard 2>/dev/null; ${set('H', hard)}; ${set('S', soft)}; `;
}

function inUnits(limit: string, unit: number): string {
  return limit === 'unlimited' ? limit : String(BigInt(limit) / BigInt(unit));
}
