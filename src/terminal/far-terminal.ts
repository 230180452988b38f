/**
 * The terminal of a user on another machine, for a command that runs here for them over ssh: its
 * output goes through a stream, so facts about the terminal have to be passed in.
 */
export interface FarTerminal {
  readonly cols: number;
  readonly rows: number;
  readonly color: boolean;
  /** A user is there who answers questions, on standard input. */
  readonly answers: boolean;
}

/** Set by `dial` for the command that it runs; not inherited by sessions. */
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

/** For a command that `dial` runs in its own process; undefined once that has ended. */
export function setFarTerminal(terminal: FarTerminal | null | undefined): void {
  dialed = terminal !== undefined;
  known = terminal ?? undefined;
}

/** The other machine's terminal; undefined if there is none, or if the user is on this machine. */
export function farTerminal(): FarTerminal | undefined {
  return known;
}

/** Whether this command runs for a user on another machine. */
export function isDialed(): boolean {
  return dialed;
}

/** Undefined for anything invalid. */
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
