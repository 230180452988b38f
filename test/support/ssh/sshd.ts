/**
 * An OpenSSH server of the test's own on loopback: own keys, own configuration, the user of the test. Nothing of
 * the machine's own server, accounts or `~/.ssh` is read or changed. As root, sshd wants the directory
 * `/run/sshd`, empty, for its unprivileged part: it is made if there is none.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { killProcess, listProcesses, type ProcessInfo, processInfo } from '../process/processes.ts';
import { waitUntil } from '../process/wait-until.ts';

const SSHD = '/usr/sbin/sshd';
const PRIVILEGE_SEPARATION = '/run/sshd';

export function hasSshd(): boolean {
  return existsSync(SSHD);
}

/** An ed25519 key; `path` and `path.pub`. */
export function makeKey(path: string, passphrase = ''): string {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'test', '-f', path]);
  return path;
}

export interface SshdOptions {
  /** An existing directory for its files. */
  readonly directory: string;
  /** The environment of what is run there. */
  readonly env: Readonly<Record<string, string>>;
  /** The public keys that are let in. */
  readonly authorized: readonly string[];
  /** Lines of sshd_config. */
  readonly extra?: string;
}

export interface Sshd {
  readonly port: number;
  readonly pid: number;
  /** The line of known_hosts. */
  readonly known: string;
  /** All of it: the server, and a process for each connection, with what runs in them. */
  processes(): ProcessInfo[];
  log(): string;
  close(): Promise<void>;
}

export async function startSshd({
  directory,
  env,
  authorized,
  extra = '',
}: SshdOptions): Promise<Sshd> {
  if (userInfo().uid === 0 && !existsSync(PRIVILEGE_SEPARATION))
    mkdirSync(PRIVILEGE_SEPARATION, { mode: 0o755 });
  const path = (name: string) => join(directory, name);
  makeKey(path('host_key'));
  writeFileSync(path('authorized_keys'), `${authorized.join('\n')}\n`, { mode: 0o600 });
  const port = await freePort();
  const pairs = Object.entries(env).map(([name, value]) => `"${name}=${value}"`);
  writeFileSync(
    path('sshd_config'),
    `ListenAddress 127.0.0.1:${port}
HostKey ${path('host_key')}
PidFile none
AuthorizedKeysFile ${path('authorized_keys')}
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
PrintMotd no
SetEnv ${pairs.join(' ')}
${extra}
`,
  );
  const child = spawn(SSHD, ['-D', '-f', path('sshd_config'), '-E', path('sshd.log')], {
    stdio: 'ignore',
  });
  const pid = child.pid ?? 0;
  const log = () => readFileSync(path('sshd.log'), 'utf8');
  await waitUntil(() => isOpen(port), { what: 'sshd to listen', describe: log });
  const key = readFileSync(path('host_key.pub'), 'utf8').split(' ').slice(0, 2).join(' ');
  return {
    port,
    pid,
    known: `[127.0.0.1]:${port} ${key}`,
    processes: () => below(pid),
    log,
    close: async () => {
      const all = below(pid);
      for (const one of all) killProcess(one);
      await waitUntil(() => all.every((one) => processInfo(one.pid)?.startTime !== one.startTime), {
        what: 'sshd to end',
      });
    },
  };
}

function below(pid: number): ProcessInfo[] {
  const all = listProcesses();
  const found = new Set([pid]);
  for (let size = 0; size !== found.size; ) {
    size = found.size;
    for (const one of all) if (found.has(one.parent)) found.add(one.pid);
  }
  return all.filter((one) => found.has(one.pid));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
