/** Asks another machine how a session ended while the line to it was away. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Exit, SessionInfo } from '../../protocol/messages.ts';
import { type Bridge, parseSessions } from '../../remote/index.ts';
import { outputOf } from './output.ts';

const LIMIT_MS = 2_000;

/** Undefined if that is not known there, or not told in time. */
export async function endOf(bridge: Bridge, session: SessionInfo): Promise<Exit | undefined> {
  const limit = new AbortController();
  const late = sleep(LIMIT_MS, undefined, limit).catch(() => undefined);
  const asked = ask(bridge, session).catch(() => undefined);
  const exit = await Promise.race([asked, late]);
  limit.abort();
  return exit;
}

/** @throws UserError if it cannot be asked, or what it answers is invalid */
async function ask(bridge: Bridge, session: SessionInfo): Promise<Exit | undefined> {
  const { fullName, createdAt } = session;
  const { out } = await outputOf(await bridge.reach(), ['status', '--json', fullName]);
  const [found] = parseSessions(`[${out}]`, bridge.host.name);
  // Both times are of the clock there.
  const hasEnded = found?.state === 'exited' && (found.endedAt ?? '') >= createdAt;
  return (hasEnded && found.exit) || undefined;
}
