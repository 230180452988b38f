/** A session as the supervisor tells of it, for tests of what is made of that. */
import type { SessionInfo } from '../../../src/protocol/messages.ts';

export const NOW = Date.parse('2026-03-01T12:00:00.000Z');

export function ago(seconds: number): string {
  return new Date(NOW - seconds * 1_000).toISOString();
}

/** `project:name`; a project's root is `/home/u/src/PROJECT`, its hash follows from its name. */
export function sessionInfo(short: string, changes: Partial<SessionInfo> = {}): SessionInfo {
  const [project = '', name = ''] = short.split(':');
  const hash = changes.hash ?? hashOf(project);
  return {
    fullName: `codex:${project}:${name}:${hash}`,
    name,
    project,
    hash,
    root: `/home/u/src/${project}`,
    cwd: `/home/u/src/${project}`,
    state: 'running',
    status: null,
    statusReason: null,
    statusSince: null,
    statusSource: null,
    seen: true,
    pid: pidOf(short),
    clients: 0,
    title: null,
    conversation: null,
    createdAt: ago(7_200),
    lastActivityAt: ago(120),
    endedAt: null,
    exit: null,
    lastLines: [],
    ...changes,
  };
}

function pidOf(short: string): number {
  return [...short].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) % 4_000_000, 7);
}

export function hashOf(project: string): string {
  return Buffer.from(project).toString('hex').padEnd(8, '0').slice(0, 8);
}

export function projectInfo(name: string): { root: string; name: string; hash: string } {
  return { root: `/home/u/src/${name}`, name, hash: hashOf(name) };
}
