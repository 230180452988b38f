/**
 * Names of sessions on other machines: `HOST/` before the session's name there. Neither sessions
 * nor projects can have a slash in their names, so there is no ambiguity.
 */
import { usageError } from '../platform/errors.ts';
import { safeJson } from '../terminal/safe-text.ts';

/**
 * Limits of an ssh destination: RFC 1035 has 253 characters for a host, useradd(8) 32 for a user.
 */
const HOST_MAX_CHARACTERS = 300;
/**
 * ssh refuses these since 9.6 (ssh.c, valid_hostname), as a ProxyCommand passes them to a shell.
 */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Z}'"`$\\;&<>|(){},*?[\]#~!]/u;

export interface HostName {
  readonly host: string;
  /** The session's name there; empty if only the host is meant. */
  readonly rest: string;
}

/**
 * Undefined for a name on this machine, and for what cannot be a name at all.
 * @throws UserError (usage) for a host that ssh would take for an option
 */
export function parseHostName(typed: string): HostName | undefined {
  const at = typed.indexOf('/');
  // A full name ends with its hash; `codex:` cannot begin the name of a host.
  if (at <= 0 || /^\*?codex:/.test(typed)) return undefined;
  const host = typed.slice(0, at);
  const rest = typed.slice(at + 1);
  // A path or a prompt, which is recognised where it is used.
  if (UNSAFE.test(host) || /^\.+$/.test(host) || rest.includes('/') || isText(rest))
    return undefined;
  return { host: checkHost(host), rest };
}

/** A text rather than a name: spaces before a colon, unless the end looks like that of `project:name`. */
function isText(rest: string): boolean {
  return /^[^:]*\s/.test(rest) && !/:[A-Za-z0-9*?][\w.*?-]*$/.test(rest);
}

/** The machine of a session as lists name it, `HOST/codex:…`; undefined: this one. */
export function machineOf(fullName: string): string | undefined {
  const at = fullName.indexOf('/');
  return at < 0 ? undefined : fullName.slice(0, at);
}

/** Why ssh would not take `host` as a destination; undefined if it would. */
export function hostProblem(host: string): string | undefined {
  if (host === '') return 'it is empty';
  if (/(?:^|@)-/.test(host)) return 'ssh would take it for an option';
  if (host.includes('/')) return 'it has a slash';
  if (UNSAFE.test(host)) return 'it has a character that no host has';
  return host.length > HOST_MAX_CHARACTERS ? 'it is too long' : undefined;
}

/** @throws UserError (usage) for what ssh would not take as a destination */
export function checkHost(host: string): string {
  const problem = hostProblem(host);
  if (problem === undefined) return host;
  throw usageError(
    `${safeJson(host.slice(0, 80))} cannot be a host: ${problem}`,
    'What is before "/" is a host, as for ssh; for another address: [hosts.NAME] ssh = "…" in the configuration.',
  );
}
