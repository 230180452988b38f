/**
 * The terminal of a user on another machine, for a command that runs here for them over ssh: its
 * output goes through a stream, so facts about the terminal have to be passed in.
 */
import { type Colors, knownColors } from './colors.ts';

export interface FarTerminal {
  readonly cols: number;
  readonly rows: number;
  readonly color: boolean;
  /** Whether the user there answers questions, on standard input. */
  readonly answers: boolean;
  /** Its own colours, as it reports them; only for commands that start Codex. */
  readonly colors?: Colors;
}

/** The user for whom a dialed command runs: their name for this machine, and their terminal. */
export interface FarUser {
  /** Undefined if the version there does not send it. */
  readonly host?: string | undefined;
  readonly terminal: FarTerminal | null;
}

/** Set by `dial` for the command that it runs; not inherited by sessions. */
export const FAR_VARIABLE = 'CODEX_SESSIONS_DIALED';
const SIZE_MAX = 1_000;

let user: FarUser | undefined;

/** Reads the variable and removes it. */
export function takeFarTerminal(env: NodeJS.ProcessEnv): void {
  const text = env[FAR_VARIABLE];
  if (text === undefined) return;
  delete env[FAR_VARIABLE];
  user = parseFarUser(text);
}

/** The user of a command that `dial` runs in its own process; undefined once that has ended. */
export function setFarUser(far: FarUser | undefined): void {
  user = far;
}

/** The other machine's terminal; undefined if there is none, or if the user is on this machine. */
export function farTerminal(): FarTerminal | undefined {
  return user?.terminal ?? undefined;
}

/** Whether this command runs for a user on another machine. */
export function isDialed(): boolean {
  return user !== undefined;
}

/** That user's name for this machine; undefined if it is not known, or not needed. */
export function farHost(): string | undefined {
  return user?.host;
}

function parseFarUser(text: string): FarUser {
  try {
    const value = JSON.parse(text) as { host?: unknown; terminal?: unknown } | null;
    const host = typeof value?.host === 'string' ? value.host : undefined;
    return { host, terminal: checkFarTerminal(value?.terminal) ?? null };
  } catch {
    return { terminal: null };
  }
}

export function checkFarTerminal(value: unknown): FarTerminal | undefined {
  const { cols, rows, color, answers, colors } = (value ?? {}) as Record<string, unknown>;
  const isSize = (size: unknown): size is number =>
    Number.isInteger(size) && (size as number) >= 1 && (size as number) <= SIZE_MAX;
  if (!isSize(cols) || !isSize(rows)) return undefined;
  const told = knownColors(colors);
  const own = Object.keys(told).length > 0 ? { colors: told } : {};
  return { cols, rows, color: color === true, answers: answers === true, ...own };
}
