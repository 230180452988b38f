/** Machines besides `box`: working ones and dead ones. */
import { appendFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createRig, type Rig } from '../rig/rig.ts';
import type { FarRig } from './far-rig.ts';

/**
 * A third machine, `rack`. `lines`: added to its ssh configuration; `rack`: its rig, by default with the
 * PATH of box.
 */
export async function withRack(
  rig: FarRig,
  lines = '',
  rack = createRig({ env: { PATH: rig.there.env.PATH ?? '' } }),
): Promise<Rig> {
  const server = await rig.serve(rack);
  appendFileSync(join(rig.ssh, 'known_hosts'), `${server.known}\n`);
  rig.configure(`Host rack\n  HostName 127.0.0.1\n  Port ${server.port}\n${lines}`);
  return rack;
}

/** A port that accepts connections and sends nothing, as on a network that drops packets. */
export async function silentPort(): Promise<number> {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  onTestFinished(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** ssh's configuration for a host at a port of this machine. */
export function hostAt(name: string, port: number): string {
  return `Host ${name}\n  HostName 127.0.0.1\n  Port ${port}\n`;
}

/** Configures these hosts here, in this order. */
export function knowHosts(rig: FarRig, ...hosts: readonly string[]): void {
  rig.here.file(
    'home/.config/codex-sessions/config.toml',
    hosts.map((host) => `[hosts.${host}]\n`).join(''),
  );
}

/**
 * Sends a signal to all processes that sshd runs for connections, or to `to`; those that have ended are
 * ignored.
 */
export function signalServed(
  { sshd }: FarRig,
  signal: NodeJS.Signals,
  to = served(sshd),
): number[] {
  for (const pid of to) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended, perhaps together with another one.
    }
  }
  return to;
}

function served(sshd: FarRig['sshd']): number[] {
  return sshd.processes().flatMap(({ pid }) => (pid === sshd.pid ? [] : pid));
}
