/** The session's SSH agent: the newest login's that answers, under a path that never changes. */
import { mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { AgentLink } from '../../../../src/supervisor/session/agent-link.ts';
import { waitUntil } from '../../../support/process/wait-until.ts';

interface Agent {
  path: string;
  stop(): Promise<void>;
}

function setUp() {
  const directory = mkdtempSync(join(tmpdir(), 'cs-agent-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const link = new AgentLink(join(directory, 'links'), 'codex:p:main:00000000');
  const agent = async (name: string): Promise<Agent> => {
    const path = join(directory, name);
    const server: Server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const stop = () => new Promise<void>((resolve) => server.close(() => resolve()));
    onTestFinished(stop);
    return { path, stop };
  };
  const pointsAt = (path: string) =>
    waitUntil(() => readlinkSync(link.path) === path, { what: `the link to point at ${path}` });
  return { link, agent, pointsAt, dead: join(directory, 'nobody') };
}

test('follows each attach, and comes back to one that lives', async () => {
  const { link, agent, pointsAt } = setUp();
  const [first, second] = [await agent('first'), await agent('second')];
  link.offer(first.path);
  expect(readlinkSync(link.path)).toBe(first.path);
  link.offer(second.path);
  await pointsAt(second.path);
  await second.stop();
  link.checkSoon();
  await pointsAt(first.path);
  link.remove();
  expect(() => readlinkSync(link.path)).toThrow();
});

test('an agent that does not answer never takes the place of one that does', async () => {
  const { link, agent, dead } = setUp();
  const live = await agent('live');
  link.offer(live.path);
  link.offer(dead);
  const seen = new Set<string>();
  for (let checked = 0; checked < 5; checked++) {
    await link.check();
    seen.add(readlinkSync(link.path));
  }
  expect([...seen]).toEqual([live.path]);
});

test('a client without an agent, and one inside of the session itself, change nothing', async () => {
  const { link, agent } = setUp();
  const live = await agent('live');
  link.offer(live.path);
  link.offer(undefined);
  link.offer('');
  link.offer(link.path);
  await link.check();
  expect(readlinkSync(link.path)).toBe(live.path);
});
