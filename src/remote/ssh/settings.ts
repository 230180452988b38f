/** What the user's own ssh is told, and what it has been told by its configuration. */
import { execFile } from 'node:child_process';
import type { Host } from '../host.ts';

/** For a connection to be made; ssh's own default is that of TCP, two minutes. */
const CONNECT_SECONDS = 10;
/** A line is dead after the fourth time without an answer: 12 s. */
const ALIVE_SECONDS = 3;
const ALIVE_COUNT = 3;
/** How long a shared connection stays behind its last use. */
const PERSIST_SECONDS = 600;
/** It reads files alone, but they may run commands (Match exec). */
const ASK_LIMIT_MS = 5_000;

export interface SshSettings {
  /** The user shares connections already: that is theirs. */
  readonly shares: boolean;
  /** Patterns of variables that would go out. */
  readonly sendEnv: readonly string[];
}

/**
 * What the user's configuration says of this host. Empty where ssh cannot tell: what is wrong is said when it
 * connects.
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
      });
    });
  });
}

export interface SshOptions {
  /** Nobody is there to be asked. */
  readonly batch: boolean;
  /** The socket of a shared connection; undefined: none of ours. */
  readonly controlPath: string | undefined;
  /** It may be made by this command, and stays behind it. */
  readonly makesShared?: boolean;
}

/** The arguments of ssh, but for the command. No text of a user's is in them but the destination. */
export function sshArguments(
  { destination }: Host,
  { batch, controlPath, makesShared }: SshOptions,
): string[] {
  const options = [
    ...(batch ? ['BatchMode=yes'] : []),
    `ConnectTimeout=${CONNECT_SECONDS}`,
    `ServerAliveInterval=${ALIVE_SECONDS}`,
    `ServerAliveCountMax=${ALIVE_COUNT}`,
    'ClearAllForwardings=yes',
    'RemoteCommand=none',
    'EscapeChar=none',
    ...(controlPath === undefined
      ? []
      : makesShared
        ? ['ControlMaster=auto', `ControlPersist=${PERSIST_SECONDS}`]
        : ['ControlMaster=no']),
  ];
  // No terminal, no agent and no X11 there: those are the other machine's.
  const flags = ['-T', '-a', '-x', ...(controlPath === undefined ? [] : ['-S', controlPath])];
  return [...flags, ...options.flatMap((option) => ['-o', option]), '--', destination];
}

/** Without what ssh would send: nothing of this machine's goes out. */
export function sshEnvironment(
  env: NodeJS.ProcessEnv,
  { sendEnv }: SshSettings,
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
