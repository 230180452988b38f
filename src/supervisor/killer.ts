/**
 * Ends a session: asks first, then insists. Only the session's own processes are touched: a server
 * that Codex shares among sessions has left the terminal's process groups long ago.
 */
import type { Session } from './session.ts';
import type { SessionTable } from './table.ts';

/** After SIGKILL the kernel needs no time of its own; what is left is reading the last output. */
const AFTER_KILL_MS = 5_000;

/** Resolves when the session is gone: true unless even SIGKILL did not end it in time. */
export async function endSession(
  table: SessionTable,
  session: Session,
  graceMs: number,
): Promise<boolean> {
  const gone = table.whenEnded(session);
  session.killed = true;
  session.signal('SIGHUP');
  session.signal('SIGTERM');
  // A stopped process takes no other signal before it goes on.
  session.signal('SIGCONT');
  if (await within(gone, graceMs)) return true;
  session.signal('SIGKILL');
  return within(gone, AFTER_KILL_MS);
}

async function within(event: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([event.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
