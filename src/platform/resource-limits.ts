/**
 * Resource limits (getrlimit(2)) and niceness of processes. Linux only, from /proc, as Node has no
 * access to them.
 */
import { readFileSync } from 'node:fs';

/** Their names in the file `limits`, by proc(5). */
const LABELS = {
  cpu: 'Max cpu time',
  fsize: 'Max file size',
  data: 'Max data size',
  stack: 'Max stack size',
  core: 'Max core file size',
  rss: 'Max resident set',
  nproc: 'Max processes',
  nofile: 'Max open files',
  memlock: 'Max locked memory',
  as: 'Max address space',
  locks: 'Max file locks',
  sigpending: 'Max pending signals',
  msgqueue: 'Max msgqueue size',
  nice: 'Max nice priority',
  rtprio: 'Max realtime priority',
} as const;

export type Resource = keyof typeof LABELS;

/** With their names for use in a sentence. */
export const RESOURCES = (Object.keys(LABELS) as Resource[]).map((resource) => ({
  resource,
  label: LABELS[resource].replace('Max ', ''),
}));

/** Soft and hard limit in the kernel's units: digits, or `unlimited`. */
export type Limit = [soft: string, hard: string];
export type Limits = Partial<Record<Resource, Limit>>;

/** Undefined if the system does not tell. */
export function limitsOf(pid: number | 'self'): Limits | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/limits`, 'latin1');
  } catch {
    return undefined;
  }
  const found: Limits = {};
  for (const [name, label] of Object.entries(LABELS)) {
    const at = text.indexOf(`${label} `);
    const [soft, hard] =
      at < 0
        ? []
        : text
            .slice(at + label.length)
            .trimStart()
            .split(/\s+/, 2);
    if (soft && hard) found[name as Resource] = [soft, hard];
  }
  return found;
}

let openFiles: string | undefined;

/**
 * In this variable `bin/codex-sessions` passes on the soft limit of open files, which Node raises.
 */
export const OPEN_FILES_VARIABLE = 'CODEX_SESSIONS_HELD_OPEN_FILES';

/**
 * The soft limit of open files with which we were started: Node raises its own before any code
 * runs.
 */
export function rememberOpenFiles(soft: string | undefined): void {
  openFiles = soft !== undefined && /^(?:\d{1,20}|unlimited)$/.test(soft) ? soft : undefined;
}

/** The limits with which we were started; the one of open files only if it was remembered. */
export function ownLimits(): Limits | undefined {
  const limits = limitsOf('self');
  if (!limits?.nofile) return limits;
  const { nofile, ...others } = limits;
  return openFiles === undefined ? others : { ...others, nofile: [openFiles, nofile[1]] };
}

export function asNumber(limit: string): number {
  return limit === 'unlimited' ? Infinity : Number(limit);
}

/**
 * Bits in capabilities(7): `CAP_SYS_RESOURCE` allows raising hard limits, `CAP_SYS_NICE` lowering
 * the niceness.
 */
const CAPABILITIES = { resource: 24n, nice: 23n } as const;

/**
 * What this process is allowed to do; root in a container often is not. False if the system does
 * not tell.
 */
export function isCapable(what: keyof typeof CAPABILITIES): boolean {
  try {
    const [, bits] =
      /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
    return bits !== undefined && ((BigInt(`0x${bits}`) >> CAPABILITIES[what]) & 1n) === 1n;
  } catch {
    return false;
  }
}

/** From -20 to 19, which is the least favoured; undefined if the system does not tell. */
export function nicenessOf(pid: number | 'self'): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // Field 19; field 2 ends with the last parenthesis (proc(5)).
    const niceness = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]);
    return Number.isInteger(niceness) ? niceness : undefined;
  } catch {
    return undefined;
  }
}
