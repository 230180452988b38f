/**
 * What a session's Codex is doing, from what Codex itself says and nothing else: its OSC 7501
 * reports, or, from versions that send none (0.154 and older), the state in its title.
 *
 * As measured, and what follows from it:
 * - A turn that ends: 0.169 reports `done`, 0.163 `idle`, and 0.169 too says `idle` for a turn that
 *   was interrupted. So `idle` after a turn means `done` until a user has looked.
 * - While its tools start up (also after `/new`) 0.169 reports `working` for some milliseconds with
 *   a title that says `Starting`: no turn runs then, and the `idle` after it ends none.
 * - 0.169 reports `blocked` up to a second before the question takes keys: it waits until nothing
 *   has been typed for a second. A key sent before that lands in the composer. The title says
 *   `Action Required` once the question is there: {@link CodexStatus.asking}.
 * - While it asks something before the conversation, all versions are silent: start-silence.ts.
 */
import { safeText } from '../terminal/safe-text.ts';
import { type CodexStatus, sameStatus } from './codex-status.ts';
import { type StatusRecord, StatusRecords } from './osc7501.ts';
import { type Shown, silenceTells, WORK_SAMPLE_MS } from './start-silence.ts';
import { type StatusEvent, StatusHistory } from './status-history.ts';
import { type Observed, observedInRecords, observedInTitle } from './status-sources.ts';
import { parseTitle, type RunState } from './title.ts';

const SAID_MAX_COLUMNS = 200;

/** See {@link StatusTracker.dump}. Plain data: it goes through JSON. */
export interface StatusDump {
  readonly records: readonly StatusRecord[];
  readonly current: CodexStatus;
  readonly history: readonly StatusEvent[];
  readonly reported: boolean;
  readonly runState?: RunState | undefined;
  readonly lastTitle: string;
  readonly turn: boolean;
  readonly wasIdle: boolean;
  readonly startingUp: boolean;
  readonly watched: boolean;
}

export class StatusTracker {
  readonly records = new StatusRecords();
  /** Called after each single change of status, reason, message, `seen` or `asking`. */
  onChange: ((current: CodexStatus) => void) | undefined;
  #current: CodexStatus;
  readonly #history = new StatusHistory();
  #reported = false;
  #runState: RunState | undefined;
  #lastTitle = '';
  /** A turn has begun whose end was not reported. */
  #turn = false;
  #wasIdle = false;
  /** According to the title the reported `working` is the start-up. */
  #startingUp = false;
  #watched = false;
  readonly #reportsStart: boolean;

  /** `reportsStart`: the program is known to report its start. */
  constructor(options: { readonly now: number; readonly reportsStart?: boolean }) {
    this.#reportsStart = options.reportsStart === true;
    this.#current = {
      status: 'starting',
      since: options.now,
      source: 'none',
      seen: false,
      asking: false,
    };
  }

  get current(): CodexStatus {
    return this.#current;
  }

  /** The whole state, for the tracker of the successor. */
  dump(): StatusDump {
    return {
      records: this.records.records(),
      current: this.#current,
      history: this.#history.events,
      reported: this.#reported,
      runState: this.#runState,
      lastTitle: this.#lastTitle,
      turn: this.#turn,
      wasIdle: this.#wasIdle,
      startingUp: this.#startingUp,
      watched: this.#watched,
    };
  }

  restore(dump: StatusDump): void {
    this.records.restore(dump.records);
    this.#current = dump.current;
    this.#history.restore(dump.history);
    this.#reported = dump.reported;
    this.#runState = dump.runState;
    this.#lastTitle = dump.lastTitle;
    this.#turn = dump.turn;
    this.#wasIdle = dump.wasIdle;
    this.#startingUp = dump.startingUp;
    this.#watched = dump.watched;
  }

  /**
   * Reports may have been missed: the status is unknown until the next one, and a turn may have
   * ended.
   */
  forget(now: number): void {
    const { status, seen } = this.#current;
    this.#turn ||= status === 'working' || status === 'blocked' || status === 'done';
    this.#reported = false;
    this.#runState = undefined;
    this.#lastTitle = '';
    this.#startingUp = false;
    this.records.clear();
    this.#current = { status: 'unknown', since: now, source: 'none', seen, asking: false };
    this.#remember('clock', 'the supervisor has died: reports may have been missed', now);
  }

  /** Whether it was idle before, and nothing was reported since {@link forget}. */
  get isForgotten(): boolean {
    const { status, source } = this.#current;
    return this.#wasIdle && status === 'unknown' && source === 'none';
  }

  /** No turn is running, according to Codex's record; for a session that {@link isForgotten}. */
  rests(now: number): void {
    if (!this.isForgotten) return;
    this.#become({ state: this.#turn ? 'done' : 'idle', source: 'record' }, now);
    this.#turn = false;
    this.#remember('record', 'no turn runs', now);
  }

  get history(): readonly StatusEvent[] {
    return this.#history.events;
  }

  /** The body of an OSC 7501 sequence. */
  onReport(body: string | Uint8Array, now: number): void {
    const before = this.records.records().length;
    const changed = this.records.apply(body, now);
    const said = safeText(Buffer.from(body).toString('latin1'), SAID_MAX_COLUMNS);
    if (changed || this.records.records().length > before) {
      this.#reported = true;
      this.#startingUp = this.#reportsWork && this.#runState === 'starting';
      this.#observe(now);
    }
    this.#remember('osc7501', changed ? said : `${said} (no change)`, now);
  }

  /** A title as it was set. Called often, so an unchanged one costs only a comparison. */
  onTitle(title: string, now: number): void {
    if (title === this.#lastTitle) return;
    this.#lastTitle = title;
    const { runState } = parseTitle(title);
    // The title of another program, or an empty one, does not change what Codex has reported.
    if (runState === undefined || runState === this.#runState) return;
    const before = this.#runState;
    this.#runState = runState;
    this.#judgeStartUp(runState, before);
    const { status } = this.#current;
    // After the first report a title only refines a status that is not final.
    const open = status === 'starting' || status === 'working' || status === 'blocked';
    if (!this.#reported || open) this.#observe(now);
    this.#remember('title', safeText(title, SAID_MAX_COLUMNS), now);
  }

  /** A client has looked. */
  seen(now: number): void {
    if (this.#current.seen) return;
    if (this.#current.status !== 'done') {
      this.#set({ ...this.#current, seen: true });
      return;
    }
    this.#set({ ...this.#current, status: 'idle', since: now, seen: true });
    this.#remember('client', 'seen', now);
  }

  /** Whether a client is looking from now on: a turn that ends meanwhile is seen at once. */
  watch(on: boolean, now: number): void {
    this.#watched = on;
    if (on) this.seen(now);
  }

  /**
   * Checks what the silence at the start means. `shown`: when the program has shown text; `works`:
   * whether it is working meanwhile (undefined: not known yet).
   * @returns in how many ms to check again; undefined if there is nothing more to find out
   */
  tick(now: number, shown?: Shown, works?: () => boolean | undefined): number | undefined {
    const { status, source, reason, since: startedAt } = this.#current;
    if (status !== 'starting' || source !== 'none' || reason !== undefined) return undefined;
    const tells = silenceTells({ startedAt, now }, this.#reportsStart, shown);
    if (typeof tells === 'number') return tells;
    if (this.#reportsStart && works && works() !== false) return WORK_SAMPLE_MS;
    const next = { ...this.#current, since: now, seen: this.#watched };
    if (tells === 'question') {
      this.#set({ ...next, reason: 'question' });
      this.#remember('clock', 'Codex shows something, says nothing, and rests: it asks', now);
    } else {
      this.#set({ ...next, status: 'unknown' });
      this.#remember('clock', 'Codex has said nothing so far', now);
    }
    return undefined;
  }

  /** The process has ended: it neither works nor waits any more; results stay. */
  exited(now: number): void {
    this.records.ended();
    const { status } = this.#current;
    if (status !== 'done' && status !== 'error' && status !== 'unknown') {
      const { source, seen } = this.#current;
      this.#set({ status: 'unknown', since: now, source, seen, asking: false });
    }
    this.#remember('exit', 'ended', now);
  }

  #observe(now: number): void {
    const observed = this.#reported
      ? observedInRecords(this.records, this.#startingUp)
      : observedInTitle(this.#runState);
    if (observed === undefined) return;
    const { state } = observed;
    // Without a title the first `working` may be the start-up and not a turn.
    if (state === 'working') this.#turn ||= this.#runState !== undefined || this.#wasIdle;
    if (state === 'blocked') this.#turn = true;
    const over = state === 'idle' && (this.#turn || this.#current.status === 'done');
    if (state !== 'working' && state !== 'blocked' && state !== 'starting') this.#turn = false;
    if (state === 'idle' || state === 'done') this.#wasIdle = true;
    this.#become({ ...observed, state: over ? 'done' : state }, now);
  }

  #become(observed: Observed, now: number): void {
    const { state: status, ...rest } = observed;
    const asking = status === 'blocked' && this.#runState === 'action-required';
    const before = this.#current;
    if (before.status === status) {
      // Only a new status has to be seen again.
      const { since, seen, turnSince } = before;
      const next: CodexStatus = {
        ...{ status, ...rest, since, seen, asking },
        ...(turnSince !== undefined && { turnSince }),
      };
      if (!sameStatus(before, next)) this.#set(next);
      return;
    }
    const runs = status === 'working' || status === 'blocked';
    this.#set({
      ...{ status, ...rest, since: now, asking },
      ...(runs && { turnSince: before.turnSince ?? now }),
      seen: this.#watched && status !== 'done',
    });
    if (status === 'done' && this.#watched) this.seen(now);
  }

  /** A `working` while the title says `Starting` is the start-up, until the title says otherwise. */
  #judgeStartUp(runState: RunState, before: RunState | undefined): void {
    if (runState === 'working' || runState === 'action-required') {
      this.#startingUp = false;
    } else if (runState === 'starting' && before !== 'working' && this.#reportsWork) {
      this.#startingUp = true;
      this.#turn = false;
    }
  }

  get #reportsWork(): boolean {
    return this.records.root?.state === 'working';
  }

  #set(next: CodexStatus): void {
    this.#current = next;
    this.onChange?.(next);
  }

  #remember(source: StatusEvent['source'], said: string, at: number): void {
    this.#history.add({ at, source, said, status: this.#current.status });
  }
}
