/** What Codex is doing according to its two sources: its reports and its title. */
import { safeText } from '../terminal/safe-text.ts';
import type { ReportedState, StatusRecord, StatusRecords } from './osc7501.ts';
import type { RunState } from './title.ts';

export type StatusSource = 'osc7501' | 'title' | 'record' | 'none';

/** The state from a source, before `done` is told from `idle`. */
export interface Observed {
  readonly state: 'starting' | ReportedState | 'unknown';
  readonly source: StatusSource;
  readonly reason?: string;
  readonly message?: string;
}

const MESSAGE_MAX_COLUMNS = 500;

/**
 * The root record decides, unless a record below it is blocked: there the program waits for the user,
 * whatever the root says. Without a root record the most urgent of the others decides.
 *
 * @param startingUp according to the title the `working` of the root record is the start-up
 */
export function observedInRecords(all: StatusRecords, startingUp: boolean): Observed {
  const records = all.records();
  const { root } = all;
  const blocked = root?.state === 'blocked' ? root : records.find((r) => r.state === 'blocked');
  const deciding = blocked ?? root ?? neediest(records);
  if (deciding === undefined) return { state: 'unknown', source: 'osc7501' };
  const message = safeText(deciding.msg ?? '', MESSAGE_MAX_COLUMNS);
  return {
    state: deciding === root && startingUp ? 'starting' : deciding.state,
    source: 'osc7501',
    ...(deciding.kind !== undefined && { reason: deciding.kind }),
    ...(message !== '' && { message }),
  };
}

export function observedInTitle(runState: RunState | undefined): Observed | undefined {
  const states = {
    starting: 'starting',
    ready: 'idle',
    working: 'working',
    'action-required': 'blocked',
  } as const;
  return runState && { state: states[runState], source: 'title' };
}

function neediest(records: readonly StatusRecord[]): StatusRecord | undefined {
  const order: readonly ReportedState[] = ['blocked', 'working', 'error', 'done', 'idle'];
  return [...records].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))[0];
}
