/**
 * Passes a session from one supervisor to the next: frozen and handed over in an upgrade, or
 * rebuilt after a death.
 */
import type { Typist } from '../memory/input-ledger.ts';
import { ReturningClients } from './returning-clients.ts';
import type { Session } from './session.ts';
import type { SessionMemory } from './session-memory.ts';
import type { ClientState, SessionState } from './session-state.ts';

/**
 * Stops reading from the program and the clients once neither is in the middle of a sequence or
 * paste. To be called until it returns true; then nothing is read until {@link thaw}.
 */
export function freeze({ terminal, clients, returning }: Session): boolean {
  if (terminal.ended) return false;
  // Neither is handed over, and each ends by itself within a moment.
  if (returning?.awaited || terminal.drawsAnew) return false;
  const all = [...clients];
  clients.flow.frozen = terminal.output.atRest;
  for (const client of all) client.output.stopDirect();
  clients.input.pause();
  const shown = all.every((client) => client.queuedBytes === 0);
  return terminal.output.atRest && clients.input.atRest && shown;
}

export function thaw({ clients, previews }: Session): void {
  clients.flow.frozen = false;
  for (const client of clients) client.resumeInput();
  previews.changed();
}

/**
 * The state for a successor; only once frozen. `descriptor` passes on one of our descriptors, and
 * returns its number in the successor.
 */
export function dump(
  session: Session,
  clients: readonly ClientState[],
  descriptor: (fd: number) => number,
): SessionState {
  const { terminal, spec, memory, pid, startTime = '', createdAt, killed, startUp } = session;
  return {
    ...terminal.dump(),
    ...{ spec, pid, startTime, createdAt, killed, up: startUp.up },
    master: descriptor(terminal.pty.fd),
    ...(memory && { memory: descriptor(memory.file.fd) }),
    clients: [...clients],
    known: session.clients.known.dump(),
  };
}

/**
 * Goes on with what a dead predecessor has left in `memory`, once its clients are back; {@link
 * ReturningClients.came} is to be called for each.
 */
export function inherit(session: Session, memory: SessionMemory, drawAnew: boolean): void {
  const { terminal, clients } = session;
  const { ledger } = memory.file;
  session.memory = memory;
  clients.stale = drawAnew;
  if (drawAnew) terminal.queries.inherit();
  // Until they are back.
  session.program.watch(false);
  clients.flow.frozen = true;
  const forget = (typist: Typist) => memory.count(() => ledger.remove(typist));
  const typists = ledger.read();
  const back = () => {
    thaw(session);
    // Requests that come from now on see what the program has said in the meantime.
    terminal.pty.readEmpty();
    clients.areBack(typists.length > 0);
    if (drawAnew) terminal.drawAnew();
  };
  session.returning = new ReturningClients(typists, back, forget);
}
