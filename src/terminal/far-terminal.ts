/**
 * The terminal of a user on another machine, for a command that runs here for them over ssh: its output goes
 * through a stream, so the terminal can only be told.
 */
export interface FarTerminal {
  readonly cols: number;
  readonly rows: number;
  readonly color: boolean;
  /** Somebody is there who answers questions, on standard input. */
  readonly answers: boolean;
}

/** Set by `dial` for the command that it runs; no session inherits it. */
export const FAR_VARIABLE = 'CODEX_SESSIONS_DIALED';
const SIZE_MAX = 1_000;

let known: FarTerminal | undefined;
let dialed = false;

/** Reads the variable and removes it. */
export function takeFarTerminal(env: NodeJS.ProcessEnv): void {
  const text = env[FAR_VARIABLE];
  if (text === undefined) return;
  delete env[FAR_VARIABLE];
  dialed = true;
  known = parseFarTerminal(text);
}

/** The terminal there; undefined if there is none, or it is this machine's own user. */
export function farTerminal(): FarTerminal | undefined {
  return known;
}

/** Whether this command runs for a user on another machine. */
export function isDialed(): boolean {
  return dialed;
}

/** Undefined for anything that is none. */
export function parseFarTerminal(text: string): FarTerminal | undefined {
  try {
    return checkFarTerminal(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function checkFarTerminal(value: unknown): FarTerminal | undefined {
  const { cols, rows, color, answers } = (value ?? {}) as Record<string, unknown>;
  const isSize = (size: unknown): size is number =>
    Number.isInteger(size) && (size as number) >= 1 && (size as number) <= SIZE_MAX;
  if (!isSize(cols) || !isSize(rows)) return undefined;
  return { cols, rows, color: color === true, answers: answers === true };
}
