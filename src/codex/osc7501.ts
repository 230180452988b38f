/**
 * The Program Status Protocol (OSC 7501), rev 0.2: the records that a terminal keeps of a program's
 * reports. Everything in a report is untrusted; a report that breaks a rule changes nothing. Codex
 * 0.163 and 0.169 send reports; 0.154 and older do not.
 */

export type ReportedState = 'idle' | 'working' | 'done' | 'blocked' | 'error';
export type BlockedKind = 'permission' | 'question' | 'auth';

export interface StatusRecord {
  /** `/`-separated path; empty for the root record. */
  readonly id: string;
  readonly state: ReportedState;
  readonly kind?: BlockedKind;
  /** Percent. */
  readonly progress?: number;
  readonly app?: string;
  /** Decoded, without control characters, but not yet safe to show (see safe-text.ts). */
  readonly title?: string;
  readonly msg?: string;
  /** When this record's state was first reported, and when it was last reported, in ms. */
  readonly since: number;
  readonly at: number;
}

/** The protocol's limits. */
export const REPORT_MAX_BYTES = 4_096;
export const RECORDS_MAX = 256;
const KEY_MAX_BYTES = 16;
const ID_MAX_BYTES = 128;
const ID_MAX_LEVELS = 8;
const ID_LEVEL_MAX_BYTES = 32;
const APP_MAX_BYTES = 32;
const TITLE_MAX_BYTES = 192;
const MSG_MAX_BYTES = 2_048;

const KEY = /^[a-z]+$/;
const VALUE = /^[A-Za-z0-9_.,+/=-]*$/;
const ID_LEVEL = /^[A-Za-z0-9_.,+=-]+$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const STATES: readonly string[] = ['idle', 'working', 'done', 'blocked', 'error'];
const KINDS: readonly string[] = ['permission', 'question', 'auth'];
/** An invalid value of one of these keys invalidates the whole report, not just the pair. */
const STRICT_KEYS: readonly string[] = ['state', 'id', 'title', 'msg'];

/** The body with which a program asks whether the terminal supports the protocol. */
export const QUERY = '?';

type Report = Omit<StatusRecord, 'since' | 'at'> | { readonly id: string; readonly state: 'clear' };

/** All records of one program. */
export class StatusRecords {
  /** In the order of their last report: the first is the one to evict. */
  readonly #records = new Map<string, StatusRecord>();

  /**
   * Applies the body of one report (the bytes between `7501;` and the terminator), `now` in ms.
   * @returns whether any record changed; an invalid report changes nothing.
   */
  apply(body: string | Uint8Array, now: number): boolean {
    const report = parseReport(body);
    if (report === undefined) return false;
    if (report.state === 'clear') return this.#clear(report.id);
    const before = this.#records.get(report.id);
    const since = before?.state === report.state ? before.since : now;
    this.#records.delete(report.id);
    if (this.#records.size >= RECORDS_MAX) this.#evict();
    this.#records.set(report.id, { ...report, since, at: now });
    return before === undefined || !sameReport(before, report);
  }

  /** The body of the reply to {@link QUERY}: the same bytes. */
  reply(): string {
    return QUERY;
  }

  /** The program has exited: it neither works nor waits any more; results stay. */
  ended(): void {
    for (const [id, { state }] of this.#records) {
      if (state === 'working' || state === 'blocked') this.#records.delete(id);
    }
  }

  clear(): void {
    this.#records.clear();
  }

  /** Adds what {@link records} returned in the predecessor, in that order. */
  restore(records: readonly StatusRecord[]): void {
    for (const record of records) this.#records.set(record.id, record);
  }

  get root(): StatusRecord | undefined {
    return this.#records.get('');
  }

  /** All records, the one reported longest ago first. */
  records(): readonly StatusRecord[] {
    return [...this.#records.values()];
  }

  #clear(id: string): boolean {
    const before = this.#records.size;
    for (const other of this.#records.keys()) {
      if (id === '' || other === id || other.startsWith(`${id}/`)) this.#records.delete(other);
    }
    return this.#records.size !== before;
  }

  /** Removes the record reported longest ago, but never the root record: it decides the status. */
  #evict(): void {
    for (const id of this.#records.keys()) {
      if (id === '') continue;
      this.#records.delete(id);
      return;
    }
  }
}

function sameReport(before: StatusRecord, report: Exclude<Report, { state: 'clear' }>): boolean {
  return (
    before.state === report.state &&
    before.kind === report.kind &&
    before.progress === report.progress &&
    before.app === report.app &&
    before.title === report.title &&
    before.msg === report.msg
  );
}

/** One report; undefined if by the protocol it must be discarded. */
export function parseReport(body: string | Uint8Array): Report | undefined {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  if (bytes.length > REPORT_MAX_BYTES) return undefined;
  const pairs = parsePairs(Buffer.from(bytes).toString('latin1'));
  if (pairs === undefined) return undefined;
  const state = pairs.get('state');
  const id = pairs.get('id');
  const app = pairs.get('app');
  if (state === undefined || (id !== undefined && !isId(id))) return undefined;
  if (app !== undefined && app.length > APP_MAX_BYTES) return undefined;
  const title = decodeText(pairs.get('title'), TITLE_MAX_BYTES);
  const msg = decodeText(pairs.get('msg'), MSG_MAX_BYTES);
  if (title === null || msg === null) return undefined;
  if (state === 'clear') return { id: id ?? '', state };
  if (!STATES.includes(state)) return undefined;
  const kind = pairs.get('kind');
  const progress = pairs.get('progress');
  return {
    id: id ?? '',
    state: state as ReportedState,
    ...(state === 'blocked' && isKind(kind) && { kind }),
    ...((state === 'working' || state === 'blocked') && progressOf(progress)),
    ...(app && { app }),
    ...(title && { title }),
    ...(msg && { msg }),
  };
}

/** Malformed pairs are left out; undefined when the whole report must be discarded. */
function parsePairs(body: string): Map<string, string> | undefined {
  const pairs = new Map<string, string>();
  for (const pair of body.split(':')) {
    const at = pair.indexOf('=');
    const key = pair.slice(0, Math.max(at, 0));
    if (!KEY.test(key)) continue;
    if (key.length > KEY_MAX_BYTES) return undefined;
    const value = pair.slice(at + 1);
    // Kept although invalid: without its invalid id a report would apply to the root record.
    if (VALUE.test(value) || STRICT_KEYS.includes(key)) pairs.set(key, value);
  }
  return pairs;
}

function isId(id: string): boolean {
  const levels = id.split('/');
  return (
    id.length <= ID_MAX_BYTES &&
    levels.length <= ID_MAX_LEVELS &&
    levels.every((level) => level.length <= ID_LEVEL_MAX_BYTES && ID_LEVEL.test(level))
  );
}

function isKind(kind: string | undefined): kind is BlockedKind {
  return kind !== undefined && KINDS.includes(kind);
}

function progressOf(value: string | undefined): { progress: number } | undefined {
  if (value === undefined || !/^\d{1,3}$/.test(value) || Number(value) > 100) return undefined;
  return { progress: Number(value) };
}

/** Text of a base64 value; null if it is not base64, not UTF-8, too long, or contains controls. */
function decodeText(value: string | undefined, maxBytes: number): string | undefined | null {
  if (value === undefined) return undefined;
  const digits = value.replace(/=+$/, '');
  // Padding is optional, but must be correct if present.
  const padded = digits.length !== value.length;
  if (!BASE64.test(value) || digits.length % 4 === 1) return null;
  if (padded && value.length % 4 !== 0) return null;
  const bytes = Buffer.from(digits, 'base64');
  if (bytes.length > maxBytes) return null;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return CONTROL.test(text) ? null : text;
  } catch {
    return null;
  }
}
