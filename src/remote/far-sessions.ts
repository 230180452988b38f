/**
 * The list of another machine's sessions. It may contain anything, so everything that is shown of
 * it is checked.
 */
import { UserError } from '../platform/errors.ts';
import type { SessionInfo } from '../protocol/session-info.ts';

const TEXTS = ['fullName', 'name', 'project', 'hash', 'root', 'cwd', 'createdAt', 'lastActivityAt'];
const STATES = ['running', 'exited', 'lost'];
const TEXTS_OR_NULL = [
  ...['status', 'statusReason', 'statusSince', 'statusSource', 'title', 'conversation', 'endedAt'],
  // Not sent by every version.
  ...['statusMessage', 'turnSince', 'codexVersion', 'endedBy', 'question'],
];
const NUMBERS_OR_NULL = ['pid', 'contextLeft'];
const FLAGS_OR_NULL = ['outdated', 'resumable', 'asking'];

/**
 * Parses what `ls --json` has printed there, without keys that this version does not know.
 * @throws UserError when it is invalid
 */
export function parseSessions(json: string, host: string): SessionInfo[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // Reported below.
  }
  if (Array.isArray(value) && value.every(isSession)) return value.map(known);
  throw new UserError(
    `the list of ${host} cannot be understood`,
    'Install the same version on both machines.',
  );
}

/** As {@link parseSessions}, for one session; undefined if it is invalid. */
export function checkedSession(value: unknown): SessionInfo | undefined {
  return isSession(value) ? known(value) : undefined;
}

function isSession(value: unknown): value is SessionInfo {
  if (typeof value !== 'object' || value === null) return false;
  const one = value as Record<string, unknown>;
  const all = (keys: readonly string[], fits: (value: unknown) => boolean) =>
    keys.every((key) => fits(one[key]));
  return (
    all(TEXTS, (text) => typeof text === 'string') &&
    STATES.includes(one.state as string) &&
    all(TEXTS_OR_NULL, (text) => (text ?? null) === null || typeof text === 'string') &&
    all(NUMBERS_OR_NULL, (number) => (number ?? null) === null || Number.isFinite(number)) &&
    all(FLAGS_OR_NULL, (flag) => (flag ?? null) === null || typeof flag === 'boolean') &&
    typeof one.seen === 'boolean' &&
    Number.isFinite(one.clients) &&
    isExit(one.exit) &&
    Array.isArray(one.lastLines) &&
    one.lastLines.every((line) => typeof line === 'string')
  );
}

function isExit(value: unknown): boolean {
  if ((value ?? null) === null) return true;
  if (typeof value !== 'object') return false;
  const { code, signal } = value as Record<string, unknown>;
  return (
    (code === null || Number.isInteger(code)) && (signal === null || typeof signal === 'string')
  );
}

const KNOWN = [
  ...[...TEXTS, ...TEXTS_OR_NULL, ...NUMBERS_OR_NULL, ...FLAGS_OR_NULL],
  ...['state', 'seen', 'clients', 'exit', 'lastLines'],
];

function known(session: SessionInfo): SessionInfo {
  const entries = KNOWN.map((key) => [key, (session as Record<string, unknown>)[key]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as SessionInfo;
}
