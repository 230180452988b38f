/**
 * Two machines in one: a rig for this one, whose `ssh` has its own configuration, and a rig for the other,
 * with its own home, state directory and projects, which is reached through a real sshd.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { killProcess, listProcesses, type ProcessInfo } from '../process/processes.ts';
import { COMMAND } from '../rig/command.ts';
import { Rig, type RigOptions } from '../rig/rig.ts';
import { makeKey, type Sshd, startSshd } from './sshd.ts';

export interface FarRigOptions {
  /** The other machine's rig. */
  readonly far?: RigOptions;
  /** Name of the other machine's home directory. */
  readonly home?: string;
  /** Additional lines of the other machine's sshd_config. */
  readonly sshd?: string;
  /** The other machine's PATH has no codex-sessions. */
  readonly notInstalled?: boolean;
  /** The passphrase of this user's key. */
  readonly passphrase?: string;
  /** Lines of the configuration here, besides the hosts. */
  readonly config?: string;
  /** Lines of `[hosts.box]` here. */
  readonly host?: string;
  /** A command other than the built one, for both machines. */
  readonly bin?: string | undefined;
}

export interface FarRig {
  /** This machine. */
  readonly here: Rig;
  /** The other one, as `box`. */
  readonly there: Rig;
  readonly sshd: Sshd;
  /** Directory of this user's ssh files: `config`, `known_hosts`, `key`. */
  readonly ssh: string;
  /** Makes a file below the home directory there. */
  homeFile(name: string, content: string): string;
  /** Adds lines to ssh's configuration here, before the others. */
  configure(lines: string): void;
  /** The processes here that hold a shared connection; their title takes the place of their environment. */
  masters(): ProcessInfo[];
  /** Starts the sshd of another machine, for the same user. */
  serve(rig: Rig, extra?: string): Promise<Sshd>;
}

/** Takes what is to be done at the end; the last is done first. */
export type AtEnd = (undo: () => void | Promise<void>) => void;

/** For the running test, with which it ends. */
export function createFarRig(options: FarRigOptions = {}): Promise<FarRig> {
  return openFarRig(options, onTestFinished);
}

/** For a run without a test runner. */
export async function openFarRig(options: FarRigOptions, atEnd: AtEnd): Promise<FarRig> {
  const place = mkdtempSync(join(tmpdir(), 'cs-ssh-'));
  atEnd(() => rmSync(place, { recursive: true, force: true }));
  const dir = (name: string) => {
    mkdirSync(join(place, name));
    return join(place, name);
  };
  const [bin, farBin, ssh] = [dir('bin'), dir('far-bin'), dir('ssh')];
  const home = dir(options.home ?? 'home');
  writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${ssh}/config "$@"\n`, {
    mode: 0o755,
  });
  if (!options.notInstalled) symlinkSync(options.bin ?? COMMAND, join(farBin, 'codex-sessions'));
  const { far = {} } = options;
  const there = new Rig({
    ...far,
    ...(options.bin === undefined ? {} : { bin: options.bin }),
    env: {
      HOME: home,
      XDG_CONFIG_HOME: join(home, '.config'),
      ...far.env,
      PATH: `${farBin}:${far.env?.PATH ?? process.env.PATH}`,
    },
  });
  atEnd(() => there.close());
  const here = new Rig({ bin: options.bin, env: { PATH: `${bin}:${process.env.PATH}` } });
  atEnd(() => here.close());
  makeKey(join(ssh, 'key'), options.passphrase);
  const authorized = [readFileSync(join(ssh, 'key.pub'), 'utf8').trim()];
  let servers = 0;
  const serve = async (rig: Rig, extra = '') => {
    const directory = dir(`sshd-${++servers}`);
    const sshd = await startSshd({ directory, env: rig.env, authorized, extra });
    atEnd(() => sshd.close());
    return sshd;
  };
  const sshd = await serve(there, options.sshd);
  // The shared connections stay for ten minutes.
  const masters = () =>
    listProcesses().filter(
      ({ command }) =>
        /^ssh: .* \[mux\]/.test(command) &&
        [here.root, place].some((path) => command.includes(`${path}/`)),
    );
  atEnd(() => masters().forEach(killProcess));
  writeFileSync(join(ssh, 'known_hosts'), `${sshd.known}\n`);
  const configure = (lines: string) =>
    writeFileSync(
      join(ssh, 'config'),
      `${lines}
Host box
  HostName 127.0.0.1
  Port ${sshd.port}
Host *
  User ${userInfo().username}
  IdentityFile ${ssh}/key
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ${ssh}/known_hosts
  GlobalKnownHostsFile /dev/null
`,
    );
  configure('');
  here.file(
    'home/.config/codex-sessions/config.toml',
    `${options.config ?? ''}\n[hosts.box]\n${options.host ?? ''}\n`,
  );
  const homeFile = (name: string, content: string) => {
    writeFileSync(join(home, name), content);
    return join(home, name);
  };
  return { here, there, sshd, ssh, masters, homeFile, configure, serve };
}
