/**
 * Hands everything over to a supervisor of another version: terminals, connections and the listening
 * socket as inherited descriptors, screens and other state as data. Nothing is given up before the
 * successor reports that it has everything; if anything fails before that, this supervisor continues.
 */
import type { ChildProcess } from 'node:child_process';
import type { Requester } from '../server/context.ts';
import { collectState, Descriptors } from './collect-state.ts';
import type { HandOverParts } from './parts.ts';
import { comeToRest, resume } from './rest.ts';
import type { HandOverState } from './state.ts';
import { accepted, gone, launch, type Successor } from './successor.ts';

/**
 * If it succeeds, the process exits.
 * @throws Error with the reason if it fails; everything is as before then.
 */
export async function handOver(
  parts: HandOverParts,
  successor: Successor,
  requester: Requester,
  requestId: number,
): Promise<never> {
  const { table, server, log } = parts;
  const sessions = [...table.all()];
  let child: ChildProcess | undefined;
  let state: HandOverState | undefined;
  try {
    await comeToRest(parts, requester);
    // Synchronous from here until the socket is given away: no connection may come in between.
    const fds = new Descriptors();
    state = collectState(parts, fds, requester, requestId);
    parts.events.hold();
    child = launch(successor, fds.ours, parts.logPath, log);
    server.listener.giveAway();
    await accepted(child, state);
  } catch (error) {
    // First: without a live holder of the lock, a client that finds no socket would start another
    // supervisor.
    if (child?.pid !== undefined) parts.takeLockBack(child.pid);
    child?.kill('SIGKILL');
    server.listener.takeBack();
    goOn(parts, state);
    if (child) await gone(child);
    log.error('the hand-over failed, this supervisor goes on', error);
    throw error;
  }
  parts.handedOver();
  log.info(`handed ${sessions.length} sessions over to ${child.pid}`);
  process.exit(0);
}

/** Continues as before; `state`: what was collected, if anything. */
function goOn(parts: HandOverParts, state: HandOverState | undefined): void {
  for (const { spec, pending } of state?.sessions ?? [])
    parts.table.get(spec.fullName)?.terminal.pty.write(Buffer.from(pending, 'base64'));
  parts.events.release();
  resume(parts);
}
