/** Prints the lines of `events`: JSON, or text for a person. */

import type { Gap } from '../../client/index.ts';
import type { SessionInfo } from '../../protocol/messages.ts';
import { print, printJsonLine } from '../../terminal/output.ts';
import { safeText } from '../../terminal/safe-text.ts';
import { displayName } from '../shared/context.ts';

export interface EventLine {
  readonly event: string;
  readonly at: string | null;
  readonly seq: number | null;
  readonly session: SessionInfo;
  /** The previous full name of a renamed session. */
  readonly previous?: string | undefined;
}

const DETAILS_MAX_COLUMNS = 500;

export class EventPrinter {
  readonly #json: boolean;
  /** The status text of each session as last seen, by full name. */
  readonly #statuses = new Map<string, string>();

  constructor(json: boolean) {
    this.#json = json;
  }

  /** The sessions at the beginning: printed as `event`, or only remembered. */
  initial(sessions: Iterable<SessionInfo>, event: 'started' | 'snapshot' | undefined): void {
    for (const session of sessions) {
      if (event === 'started') this.print({ event, at: session.createdAt, seq: null, session });
      else if (event) this.print({ event, at: null, seq: null, session });
      else this.#isNewStatus(session);
    }
  }

  print({ event, at, seq, session, previous }: EventLine): void {
    const isNewStatus = this.#isNewStatus(session);
    if (previous !== undefined) this.#statuses.delete(previous);
    if (event === 'exited') this.#statuses.delete(session.fullName);
    if (this.#json) {
      printJsonLine({ event, at, seq, session, previous });
      return;
    }
    // Only JSON includes that a session was looked at, that a question now takes keys, and states
    // that have not changed.
    if ((event === 'status' || event === 'snapshot') && !isNewStatus) return;
    const when = at ?? new Date().toISOString();
    const details = detailsOf(event, session);
    print(`${when} ${displayName(session)} ${event}${details && ` ${details}`}`);
  }

  /** The lines of a snapshot have been printed; all that follows are changes. */
  ready(): void {
    if (!this.#json) return;
    printJsonLine({ event: 'ready', at: new Date().toISOString(), seq: null, session: null });
  }

  /** It is followed by events that tell the present state. */
  gap({ at, seq, sessions }: Gap): void {
    if (this.#json) printJsonLine({ event: 'gap', at, seq, session: null, sessions });
    else print(`${at} - gap the supervisor has died, changes before this may be missing`);
  }

  #isNewStatus(session: SessionInfo): boolean {
    const status = statusOf(session);
    const isNew = this.#statuses.get(session.fullName) !== status;
    this.#statuses.set(session.fullName, status);
    return isNew;
  }
}

function detailsOf(event: string, session: SessionInfo): string {
  switch (event) {
    case 'snapshot':
    case 'status':
      return statusOf(session);
    case 'title':
      return words(session.title);
    case 'conversation':
      return words(session.conversation ?? 'none');
    case 'directory':
      return words(session.cwd);
    case 'attached':
    case 'detached':
      return `${session.clients}`;
    case 'exited': {
      const { state, exit } = session;
      return words(state === 'lost' ? state : '', exit?.signal ?? exit?.code?.toString());
    }
    default:
      return '';
  }
}

function statusOf({ status, statusReason, statusMessage }: SessionInfo): string {
  return words(status ?? 'running', statusReason, statusMessage);
}

function words(...all: readonly (string | null | undefined)[]): string {
  return safeText(all.filter(Boolean).join(' '), DETAILS_MAX_COLUMNS);
}
