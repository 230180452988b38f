/**
 * Answers the list that is run for a startup snapshot with made-up sessions: names, paths and titles of
 * real ones would stay in the snapshot.
 */
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { VERSION } from '../platform/version.ts';
import { encode, LineReader } from '../protocol/framing.ts';
import type { Notification, Reply, SessionInfo } from '../protocol/messages.ts';
import { PROTOCOL } from '../protocol/version.ts';

/** One session for each; null has nothing but a name. */
const STATUSES = ['working', 'blocked', 'done', 'idle', null] as const;

/** Makes a state directory `name` in a private directory, with a server that answers `list`. */
export async function standIn(directory: string, name: string): Promise<Server> {
  const state = join(directory, name);
  mkdirSync(state, { mode: 0o700 });
  const server = createServer((socket) => {
    const lines = new LineReader();
    socket.write(encode(welcome()));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      for (const line of lines.push(chunk))
        if (line.type === 'line' && isList(line.value))
          socket.write(encode(sessions(line.value.id)));
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(join(state, 'supervisor.sock'), resolve);
  });
  return server;
}

function isList(value: unknown): value is { id: number } {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'list';
}

function welcome(): Notification {
  return { type: 'welcome', protocol: PROTOCOL, version: VERSION, pid: process.pid, features: [] };
}

function sessions(id: number): Reply {
  return { type: 'sessions', id, sessions: STATUSES.map(session) };
}

function session(status: (typeof STATUSES)[number], index: number): SessionInfo {
  const [project, name, hash] = ['example', `name${index}`, '00000000'];
  const at = new Date(Date.UTC(2026, 0, 1, 0, index)).toISOString();
  return {
    fullName: `codex:${project}:${name}:${hash}`,
    name,
    project,
    hash,
    root: `/home/example/${project}`,
    cwd: `/home/example/${project}`,
    state: 'running',
    status,
    statusReason: null,
    statusMessage: status === 'blocked' ? 'May it?' : null,
    statusSince: status ? at : null,
    statusSource: status ? 'osc7501' : null,
    asking: status === 'blocked',
    seen: true,
    pid: index + 2,
    clients: index % 2,
    title: status,
    conversation: null,
    codexVersion: null,
    createdAt: at,
    lastActivityAt: at,
    endedAt: null,
    exit: null,
    lastLines: [],
  };
}
