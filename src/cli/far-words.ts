/**
 * Recognises command lines for a session, or all sessions, on another machine, and makes the
 * command line to run there.
 */
import type { FarCommand } from '../commands/far.ts';
import { usageError } from '../platform/errors.ts';
import { type HostName, parseHostName } from '../store/host-names.ts';
import {
  type Command,
  camelCase,
  defaultOf,
  type Flag,
  type Parsed,
  type Value,
} from './command-spec.ts';

/**
 * Which arguments of a command may begin with a host. `host`: a host alone, meaning all its
 * sessions; `query`: the same, and the words after it choose among them.
 */
type Named = 'first' | 'first two' | 'all' | 'host' | 'query';
const NAMED: Readonly<Record<string, Named>> = {
  ...{ start: 'first', attach: 'first', detach: 'first', status: 'first', explain: 'first' },
  ...{
    send: 'first',
    answer: 'first',
    run: 'first',
    peek: 'first',
    log: 'first',
    restart: 'first',
  },
  ...{ rename: 'first two', fork: 'first two', wait: 'all', events: 'all', kill: 'all' },
  ...{ forget: 'all', list: 'query', 'kill-all': 'host', restore: 'host', doctor: 'host' },
};

/** Undefined for a command that is for this machine alone. */
export function namesOf(command: string): Named | undefined {
  return Object.hasOwn(NAMED, command) ? NAMED[command] : undefined;
}

/** These say where to look, and where to show a session: that is done on this machine. */
const HERE = { host: undefined, open: undefined };
/** How `ls` prints the names, which have the host's before them here. */
const FORM = { quiet: false, format: undefined };

/**
 * Undefined if it is for this machine.
 * @throws UserError (usage) if it names several machines, or no session where one is needed
 */
export function farOf({
  command,
  options,
  positionals,
  passthrough,
}: Parsed): FarCommand | undefined {
  const { name } = command;
  // They show the sessions of several machines, and know hosts themselves.
  if (name === 'watch' || name === 'switch') return undefined;
  const names = positionals.slice(0, reachOf(name));
  const parsed = names.map(parseHostName);
  const hosts = new Set(parsed.map((one) => one?.host));
  const flag = typeof options.host === 'string' ? options.host.replace(/\/$/, '') : undefined;
  const host = flag ?? parsed.find((one) => one !== undefined)?.host;
  if (host === undefined) {
    if (NAMED[name] === 'host' && names.length > 0) throw noHost(name, names[0] ?? '');
    return undefined;
  }
  // The new name of `rename` and `fork` may omit the host.
  const needsAll = NAMED[name] === 'all' || (flag !== undefined && NAMED[name] !== 'query');
  if (hosts.has(undefined) ? needsAll && names.length > 0 : false) throw several(name);
  if ([...hosts].some((one) => one !== undefined && one !== host)) throw several(name);
  const there = withoutHost(name, host, parsed, names);
  const all = [...there, ...positionals.slice(names.length)];
  const here = name === 'list' ? { ...HERE, ...FORM } : HERE;
  const words = wordsOf(command, { ...options, ...here }, all, passthrough);
  return { host, command: name, words, options, count: all.length };
}

function reachOf(name: string): number {
  const which = namesOf(name);
  if (which === undefined) return 0;
  return which === 'all' ? Number.POSITIVE_INFINITY : which === 'first two' ? 2 : 1;
}

function withoutHost(
  name: string,
  host: string,
  parsed: readonly (HostName | undefined)[],
  names: readonly string[],
): string[] {
  const rest = parsed.map((one, at) => (one ? one.rest : (names[at] ?? '')));
  if (NAMED[name] === 'host') {
    if (rest.some((one) => one !== '')) throw noHost(name, names[0] ?? '');
    return [];
  }
  if (NAMED[name] === 'query') return rest.filter((one) => one !== '');
  const alone = rest.length === 1 && rest[0] === '';
  if (alone && !['kill', 'send', 'run', 'wait', 'forget'].includes(name)) return [];
  if (!rest.includes('')) return rest;
  throw usageError(
    `${name} needs the name of a session on ${host}`,
    `See what there is: codex-sessions ls ${host}/`,
  );
}

function several(name: string): Error {
  return usageError(`${name} works on one machine at a time`, 'Name sessions of one machine only.');
}

function noHost(name: string, typed: string): Error {
  return usageError(
    `${name} takes no name`,
    `A host ends with a slash: codex-sessions ${name} ${typed.split('/')[0] ?? ''}/`,
  );
}

function wordsOf(
  command: Command,
  options: Parsed['options'],
  positionals: readonly string[],
  passthrough: readonly string[],
): string[] {
  const flags = Object.entries(command.flags ?? {}).flatMap(([name, flag]) =>
    flagWords(`--${name}`, flag, options[camelCase(name)]),
  );
  const dashes = positionals.some((word) => /^-./.test(word));
  if (command.passthrough === undefined)
    return [command.name, ...flags, ...(dashes ? ['--'] : []), ...positionals];
  return [
    ...[command.name, ...flags, ...positionals],
    ...(passthrough.length > 0 ? ['--', ...passthrough] : []),
  ];
}

function flagWords(name: string, flag: Flag, value: Value): string[] {
  if (value === defaultOf(flag) || value === undefined || value === false) return [];
  if (value === true) return [name];
  if (typeof value === 'object') return value.flatMap((one) => [`${name}=${one}`]);
  return [`${name}=${flag.type === 'duration' ? duration(Number(value)) : value}`];
}

/** At most nine digits. */
function duration(ms: number): string {
  return ms < 1e9 ? `${ms}ms` : `${Math.round(ms / 1_000)}s`;
}
