/**
 * The other machine of a measure: a separate sshd on loopback with its own keys and configuration, and with
 * its own state directory. Several names lead to it, each with its own connection.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { hasSshd, makeKey, startSshd } from '../test/support/ssh/sshd.ts';
import type { Arena } from './arena.ts';
import { codexSessions } from './peers/codex-sessions.ts';
import type { PeerCommands } from './peers/peer.ts';
import { raw } from './peers/raw.ts';
import type { Command } from './terminal.ts';

/** How the slow host runs codex-sessions: it answers this much later than the others. */
export const SLOW_COMMAND = 'sleep 0.3; codex-sessions';
export const SLOW = 'slow';
export const EQUAL = ['box1', 'box2', 'box3', 'box4', 'box5'];
export const ONE_SLOW = [...EQUAL.slice(0, 4), SLOW];
/** A host that never answers. */
export const DEAD = 'dead';

/** Plain ssh takes the place of the bare PTY. */
export function canReach({ peer }: Arena): boolean {
  return (
    hasSshd() && (peer === raw || peer.commands?.({ dir: '/', standIn: '' }).any !== undefined)
  );
}

export class FarPlace {
  readonly #arena: Arena;
  readonly #there: PeerCommands;
  readonly #config: string;

  static async open(arena: Arena): Promise<FarPlace> {
    const place = new FarPlace(arena);
    await place.#serve();
    return place;
  }

  private constructor(arena: Arena) {
    this.#arena = arena;
    const { dir, standIn } = arena;
    for (const name of ['there', 'there/bin', 'bin', 'ssh', 'sshd', '.config/codex-sessions'])
      mkdirSync(join(dir, name), { recursive: true });
    const peer = arena.peer === raw ? codexSessions : arena.peer;
    const there = peer.commands?.({ dir: join(dir, 'there'), standIn });
    if (!there?.any) throw new Error(`${peer.name} knows no other machines`);
    this.#there = there;
    this.#config = join(dir, '.config', 'codex-sessions', 'config.toml');
  }

  async #serve(): Promise<void> {
    const arena = this.#arena;
    const { dir } = arena;
    const key = makeKey(join(dir, 'ssh', 'key'));
    const { file, env } = this.there(['ls']);
    symlinkSync(file, join(dir, 'there', 'bin', 'codex-sessions'));
    const sshd = await startSshd({
      directory: join(dir, 'sshd'),
      env: {
        ...arena.env,
        ...env,
        HOME: join(dir, 'there'),
        PATH: `${join(dir, 'there', 'bin')}:${arena.env.PATH}`,
      },
      authorized: [readFileSync(`${key}.pub`, 'utf8').trim()],
      extra: 'MaxStartups 100',
    });
    const silent = await silentServer();
    arena.onClose(async () => {
      await sshd.close();
      silent.close();
    });
    writeFileSync(join(dir, 'ssh', 'known_hosts'), `${sshd.known}\n`);
    writeFileSync(join(dir, 'ssh', 'config'), sshConfig(dir, sshd.port, silent.port));
    writeFileSync(
      join(dir, 'bin', 'ssh'),
      `#!/bin/sh\nexec /usr/bin/ssh -F ${dir}/ssh/config "$@"\n`,
      { mode: 0o755 },
    );
    arena.addEnvironment({ PATH: `${join(dir, 'bin')}:${arena.env.PATH}` });
    this.know(['box1']);
  }

  /** Configures these hosts here. */
  know(hosts: readonly string[]): void {
    const command = `command = "${SLOW_COMMAND}"\n`;
    const tables = hosts.map((host) => `[hosts.${host}]\n${host === SLOW ? command : ''}`);
    writeFileSync(this.#config, tables.join(''));
  }

  /** Forgets which hosts have failed to answer. */
  forgetFailures(): void {
    const place = join(this.#arena.dir, 'state', 'ssh');
    for (const name of existsSync(place) ? readdirSync(place) : [])
      if (name.endsWith('.failed')) rmSync(join(place, name));
  }

  /** A command of codex-sessions on the other machine itself. */
  there(args: readonly string[]): Command {
    const command = this.#there.any?.(args);
    if (!command) throw new Error('no such command');
    return command;
  }

  async session(name: string, program: readonly string[]): Promise<void> {
    await this.#arena.time(this.#there.start(name, program));
  }

  /** A command of codex-sessions on this machine. */
  here(args: readonly string[]): Command {
    const command = this.#arena.commands?.any?.(args);
    if (!command) throw new Error('no such command');
    return command;
  }

  /** A command of plain ssh, over a connection made by {@link connect}. */
  ssh(host: string, command: string, ...flags: string[]): Command {
    return {
      file: join(this.#arena.dir, 'bin', 'ssh'),
      args: [...flags, '-S', this.#socket(host), host, command],
    };
  }

  async connect(host: string): Promise<void> {
    const args = ['-M', '-S', this.#socket(host), '-o', 'ControlPersist=600', host, 'true'];
    await this.#arena.time({ file: join(this.#arena.dir, 'bin', 'ssh'), args });
  }

  #socket(host: string): string {
    return join(this.#arena.dir, 'ssh', `${host}.mux`);
  }
}

function sshConfig(dir: string, port: number, silentPort: number): string {
  return `Host ${DEAD}
  Port ${silentPort}
Host *
  HostName 127.0.0.1
  Port ${port}
  User ${userInfo().username}
  IdentityFile ${dir}/ssh/key
  IdentitiesOnly yes
  IdentityAgent none
  UserKnownHostsFile ${dir}/ssh/known_hosts
  GlobalKnownHostsFile /dev/null
`;
}

/**
 * A machine that is down: its port accepts connections, as a device in front of it may, and sends nothing.
 */
async function silentServer(): Promise<{ readonly port: number; close(): void }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => {}).once('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}
