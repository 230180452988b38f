/** The options that we give to the user's ssh, and what its configuration says. */
import { execFile } from 'node:child_process';
import type { Host } from '../host.ts';

/** For making a connection; ssh's own default is that of TCP, two minutes. */
const CONNECT_SECONDS = 10;
/** A connection is dead after four of these without an answer: 12 s. */
const ALIVE_SECONDS = 3;
const ALIVE_COUNT = 3;
/** How long a shared connection stays open after its last use. */
const PERSIST_SECONDS = 600;
/** ssh -G only reads files, but these may run commands (Match exec). */
const ASK_LIMIT_MS = 5_000;

export interface SshSettings {
  /** The user shares connections already, by a socket of their own. */
  readonly shares: boolean;
  /** Patterns of variables that would be sent. */
  readonly sendEnv: readonly string[];
  /** Which machine that is, and the way to it; empty if ssh does not say. */
  readonly target: string;
}

/** With another value of one of these, ssh would reach another machine, or as another user. */
const TARGET = /^(?:hostname|user|port|proxyjump|proxycommand|hostkeyalias) /;

/**
 * What the user's configuration says about this host. Empty if ssh reports an error: it will report
 * it again when it connects.
 */
export function sshSettings(host: Host): Promise<SshSettings> {
  return new Promise((resolve) => {
    const args = ['-G', '--', host.destination];
    execFile('ssh', args, { timeout: ASK_LIMIT_MS }, (_error, stdout) => {
      const lines = String(stdout).split('\n');
      const path = lines.find((line) => line.startsWith('controlpath '))?.slice(12);
      resolve({
        shares: path !== undefined && path !== 'none',
        sendEnv: lines.filter((line) => line.startsWith('sendenv ')).map((line) => line.slice(8)),
        target: lines.filter((line) => TARGET.test(line)).join('\n'),
      });
    });
  });
}

export interface SshOptions {
  /** The user is not there to be asked. */
  readonly batch: boolean;
  /** The socket of a shared connection; undefined: not one of ours. */
  readonly controlPath: string | undefined;
  /** Over an existing shared connection, or not at all. */
  readonly joins?: boolean | undefined;
  /** This command may make the shared connection, which stays open after it. */
  readonly makesShared?: boolean;
}

/**
 * The arguments of ssh, without the command. The destination is the only text from a user in them.
 */
export function sshArguments(
  { destination }: Host,
  { batch, controlPath, joins, makesShared }: SshOptions,
): string[] {
  const options = [
    ...(batch ? ['BatchMode=yes'] : []),
    `ConnectTimeout=${CONNECT_SECONDS}`,
    `ServerAliveInterval=${ALIVE_SECONDS}`,
    `ServerAliveCountMax=${ALIVE_COUNT}`,
    'ClearAllForwardings=yes',
    'RemoteCommand=none',
    'EscapeChar=none',
    // ssh connects by itself where a shared connection is gone, or has no room.
    ...(joins ? ['ProxyCommand=false'] : []),
    ...(controlPath === undefined
      ? []
      : makesShared
        ? ['ControlMaster=auto', `ControlPersist=${PERSIST_SECONDS}`]
        : ['ControlMaster=no']),
  ];
  // No terminal, no agent and no X11: the other machine's own are used.
  const flags = ['-T', '-a', '-x', ...(controlPath === undefined ? [] : ['-S', controlPath])];
  return [...flags, ...options.flatMap((option) => ['-o', option]), '--', destination];
}

/** Without the variables that ssh would send: nothing of this machine's environment goes out. */
export function sshEnvironment(
  env: NodeJS.ProcessEnv,
  { sendEnv }: Pick<SshSettings, 'sendEnv'>,
): NodeJS.ProcessEnv {
  const patterns = sendEnv.map(
    (glob) =>
      new RegExp(
        `^${glob
          .replace(/[.+^${}()|[\]\\]/g, '\\$&')
          .replaceAll('*', '.*')
          .replaceAll('?', '.')}$`,
      ),
  );
  // ssh needs these two itself.
  const isSent = (name: string) =>
    !['HOME', 'PATH'].includes(name) && patterns.some((pattern) => pattern.test(name));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isSent(name)));
}
